"""Where a webhook may be sent: nowhere inside, however it is written, unless whoever runs Licet allows it."""

import socket
from collections.abc import Sequence

import pytest

from licet.edge.addresses import Allowed, AllowListError, NotAllowedError, allowed_from, pinned

NOTHING = Allowed()
INSIDE = [
    "127.0.0.1",
    "127.8.9.10",
    "0.0.0.0",  # noqa: S104 - an address to be refused
    "10.0.0.1",
    "172.16.5.4",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "192.0.2.1",
    "198.18.0.1",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::ffff:127.0.0.1",
    "::ffff:169.254.169.254",
    "::127.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b:1::a00:1",
    "2002:7f00:1::",
    "2002:a00:1::1",
    "2001:0:4136:e378:8000:63bf:f5ff:fffe",
    "fe80::1",
    "fe80::1%eth0",
    "fc00::1",
    "fd12:3456::1",
    "fec0::1",
    "ff02::1",
    "ff0e::1",
    "2001:db8::1",
]
PUBLIC = ["93.184.215.14", "1.1.1.1", "2606:4700:4700::1111", "::ffff:1.1.1.1", "64:ff9b::101:101"]


def sent_to(host: str, *addresses: str, scheme: str = "https", allowed: Allowed = NOTHING) -> str:
    """Where it would be sent."""
    return pinned(scheme, host, 443, allowed, lambda name, port: list(addresses))


@pytest.mark.parametrize("address", INSIDE)
def test_an_inside_address_is_refused_in_every_form(address: str) -> None:
    with pytest.raises(NotAllowedError, match="not a public one"):
        sent_to("orders.example.org", address)


@pytest.mark.parametrize("address", PUBLIC)
def test_a_public_address_is_pinned(address: str) -> None:
    assert sent_to("orders.example.org", address)


@pytest.mark.parametrize("address", ["127.0.0.1", "169.254.169.254", "10.2.3.4"])
def test_one_inside_address_among_public_ones_is_enough_to_refuse(address: str) -> None:
    with pytest.raises(NotAllowedError):
        sent_to("orders.example.org", "93.184.215.14", address)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.1", "2130706433", "0x7f000001", "017700000001"])
def test_every_way_to_write_this_machine_leads_to_the_same_refusal(host: str) -> None:
    """What counts is the address that the machine's resolver reads in it."""
    with pytest.raises(NotAllowedError):
        sent_to(host, socket.inet_ntoa(socket.inet_aton(host)))


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "::1"])
def test_the_machines_own_resolver_is_looked_at_too(host: str) -> None:
    with pytest.raises(NotAllowedError):
        pinned("https", host, 443, NOTHING)


def test_a_host_without_an_address_cannot_be_reached() -> None:
    with pytest.raises(OSError, match="no address"):
        sent_to("nowhere.example.org")


def test_the_name_is_asked_once() -> None:
    asked: list[tuple[str, int]] = []

    def once(host: str, port: int) -> Sequence[str]:
        asked.append((host, port))
        return ["93.184.215.14"] if len(asked) == 1 else ["127.0.0.1"]

    assert pinned("https", "rebinding.example.org", 8443, NOTHING, once) == "93.184.215.14"
    assert asked == [("rebinding.example.org", 8443)]


def test_what_is_allowed_is_allowed_also_without_https() -> None:
    allowed = allowed_from(" Hooks.Internal, 10.1.0.0/16,[::1] , 192.168.7.7,, ")
    assert sent_to("hooks.internal", "10.9.9.9", scheme="http", allowed=allowed) == "10.9.9.9"
    assert sent_to("other.internal", "10.1.2.3", scheme="http", allowed=allowed) == "10.1.2.3"
    assert sent_to("::1", "::1", scheme="http", allowed=allowed) == "::1"
    assert sent_to("192.168.7.7", "192.168.7.7", allowed=allowed) == "192.168.7.7"
    for host, address in (("evil.hooks.internal", "10.9.9.9"), ("other.internal", "10.2.0.1"), ("192.168.7.8", "192.168.7.8")):
        with pytest.raises(NotAllowedError):
            sent_to(host, address, allowed=allowed)


def test_a_public_address_without_https_takes_an_entry_too() -> None:
    with pytest.raises(NotAllowedError, match="not encrypted"):
        sent_to("orders.example.org", "93.184.215.14", scheme="http")
    allowed = allowed_from("orders.example.org")
    assert sent_to("orders.example.org", "93.184.215.14", scheme="http", allowed=allowed) == "93.184.215.14"


@pytest.mark.parametrize(
    "text", ["10.0.0.0/33", "10.0.0.1/8", "http://hooks.internal", "*", "hooks.internal:80", "1.2.3", "a b", "user@host"]
)
def test_an_entry_that_is_neither_host_nor_network_is_named(text: str) -> None:
    with pytest.raises(AllowListError, match="which is no host, address or network"):
        allowed_from(f"hooks.internal, {text}")
