"""Closes the sockets of a test run: whatever tests do, nothing leaves this machine.

Python imports a module of this name at start. `tests/conftest.py` puts this folder on the path of every process
that a test starts, so that commands under test are guarded as well.
"""

import ipaddress
import sys
from collections.abc import Callable


class OutsideWorldError(RuntimeError):
    """A test tried to reach a host other than this machine."""


def is_here(host: object) -> bool:
    """Whether a host, as given to a socket, is this machine: loopback, no host at all, or a name for it."""
    if host is None:
        return True
    name = host.decode("ascii", "replace") if isinstance(host, bytes) else str(host)
    if name in {"", "localhost"}:
        return True
    try:
        return ipaddress.ip_address(name.partition("%")[0]).is_loopback
    except ValueError:
        return False


def _address(arguments: tuple[object, ...]) -> object:
    """The host of an address; an address that is no tuple is a file of this machine."""
    address = arguments[1]
    return address[0] if isinstance(address, tuple) else None


HOSTS: dict[str, Callable[[tuple[object, ...]], object]] = {
    "socket.connect": _address,
    "socket.sendto": _address,
    "socket.sendmsg": _address,
    "socket.getaddrinfo": lambda arguments: arguments[0],
    "socket.gethostbyname": lambda arguments: arguments[0],
}


def guard(event: str, arguments: tuple[object, ...]) -> None:
    """Refuses the events by which Python's sockets reach out.

    Args:
        event: the name of an audit event of Python.
        arguments: what comes with it.

    Raises:
        OutsideWorldError: when the event would reach beyond this machine.
    """
    find = HOSTS.get(event)
    if find is not None and not is_here(host := find(arguments)):
        message = f"A test reached for {host!r} ({event}); only loopback is open in tests. Serve what the test needs on 127.0.0.1."
        raise OutsideWorldError(message)


sys.addaudithook(guard)
