"""Addresses: where a webhook may be sent. Inside addresses are refused unless whoever runs Licet allows them."""

import re
import socket
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
Resolve = Callable[[str, int], Sequence[str]]
"""Gives the addresses of a host."""

NAME = re.compile(r"(?=.{1,253}$)[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*")
UNICAST = IPv6Network("2000::/3")
"""All of IPv6 that is given out for the public internet."""

NAT64 = (IPv6Network("64:ff9b::/96"),)
"""Where an IPv6 address stands for the IPv4 address in its last 32 bits."""


class AllowListError(ValueError):
    """LICET_WEBHOOK_ALLOW names something that is neither a host nor a network."""


class NotAllowedError(ValueError):
    """A webhook may not be sent there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowed:
    """What is allowed beyond public addresses over https: hosts by name, and networks."""

    hosts: frozenset[str] = frozenset()
    networks: tuple[Network, ...] = ()

    def covers(self, host: str, address: Address) -> bool:
        """Whether a host is named, or its address lies in a network that is."""
        return host in self.hosts or any(address in network for network in self.networks)


def allowed_from(text: str) -> Allowed:
    """Reads LICET_WEBHOOK_ALLOW: hosts, addresses and networks, with commas between.

    Raises:
        AllowListError: names the offender.
    """
    hosts, networks = set[str](), list[Network]()
    for entry in filter(None, (part.strip().lower() for part in text.split(","))):
        try:
            networks.append(ip_network(entry.strip("[]")))
        except ValueError:
            if not NAME.fullmatch(entry) or entry.replace(".", "").isdigit():
                message = (
                    f"LICET_WEBHOOK_ALLOW names {entry!r}, which is no host, address or network. "
                    "Write them with commas between, such as hooks.internal, 10.1.0.0/16."
                )
                raise AllowListError(message) from None
            hosts.add(entry)
    return Allowed(hosts=frozenset(hosts), networks=tuple(networks))


def resolve(host: str, port: int) -> list[str]:
    """The addresses the machine's resolver gives.

    Raises:
        OSError: when it knows none.
    """
    return list(dict.fromkeys(str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)))


def pinned(scheme: str, host: str, port: int, allowed: Allowed, resolver: Resolve = resolve) -> str:
    """The one address to connect to. Who connects to the name would ask again, and could be given another.

    Args:
        scheme: `https`, or `http`, which takes an allowed host.
        host: name or address, in lower case.
        port: the port.
        allowed: what is allowed beyond public addresses.
        resolver: gives the addresses of a host.

    Raises:
        NotAllowedError: when any of the host's addresses is an inside one that is not allowed, or the way there is not encrypted.
        OSError: when the host has no address.
    """
    found = [_address(text) for text in resolver(host, port)]
    if not found:
        message = f"{host!r} has no address."
        raise OSError(message)
    inside = next((one for one in found if not is_public(one) and not allowed.covers(host, one)), None)
    if inside is not None:
        message = f"{host!r} has the address {inside}, which is not a public one. LICET_WEBHOOK_ALLOW can allow it."
        raise NotAllowedError(message)
    if scheme != "https" and not allowed.covers(host, found[0]):
        message = f"http:// to {host!r} is not encrypted. Write https://, or allow the host with LICET_WEBHOOK_ALLOW."
        raise NotAllowedError(message)
    return str(found[0])


def _address(text: str) -> Address:
    """Reads an address; one with a zone is of a link, and stays unusable."""
    try:
        return ip_address(text)
    except ValueError:
        message = f"{text!r} is no address."
        raise NotAllowedError(message) from None


def is_public(address: Address) -> bool:
    """Whether an address is one of the public internet, and so is every IPv4 address that stands in it."""
    return all(_is_public(one) for one in _standing_for(address))


def _is_public(address: Address) -> bool:
    given_out = isinstance(address, IPv4Address) or address in UNICAST
    return given_out and address.is_global and not address.is_multicast and not address.is_reserved


def _standing_for(address: Address) -> Iterator[Address]:
    """The address, or the IPv4 addresses it leads to."""
    if isinstance(address, IPv4Address):
        yield address
        return
    if address.ipv4_mapped is not None:
        yield address.ipv4_mapped
        return
    if any(address in network for network in NAT64):
        yield IPv4Address(int(address) & 0xFFFFFFFF)
        return
    yield address
    if address.sixtofour is not None:
        yield address.sixtofour
    if address.teredo is not None:
        yield from address.teredo
