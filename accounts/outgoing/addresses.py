"""Which addresses are public, so that who chose a name can't reach this server's own network by it."""

import socket
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

import httpx2

# What IANA lists as special although packets may travel: relays and services that are near us, or anybody's.
_SPECIAL_IPV4 = [
    IPv4Network(network)
    for network in ("192.0.0.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.175.48.0/24")
]
_SPECIAL_IPV6 = [IPv6Network(network) for network in ("2001::/23", "2620:4f:8000::/48", "3fff::/20")]
_UNICAST = IPv6Network("2000::/3")  # all that IANA has given out; site-local and whatever comes later lies outside
# The upper 96 bits of addresses that stand for the IPv4 address in the lower 32: compatible, mapped, NAT64.
_STAND_INS = {0x0, 0xFFFF, 0x64_FF9B << 64}
_ISATAP = {0x0000_5EFE, 0x0200_5EFE}  # in the upper half of the interface's part
_LOWER_32 = 0xFFFF_FFFF


class NotPublic(httpx2.ConnectError):
    """The name leads to an address inside, so nothing was sent."""

    def __init__(self, host: str) -> None:
        super().__init__(f"{host} is not a public address.")
        self.host = host


def addresses_of(host: str, port: int, *, may_lie_inside: bool) -> Sequence[str]:
    """All addresses of the name, asked for once. Connect to these, never to the name: it may lead elsewhere by then.

    Raises:
        NotPublic: one of them lies inside and must not.
        OSError, ValueError: the name can't be resolved.
    """
    found = [str(entry[4][0]) for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    if not may_lie_inside and not all(is_public(ip_address(address)) for address in found):
        raise NotPublic(host)
    return list(dict.fromkeys(found))


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """An address that carries an IPv4 address is what that one is."""
    if isinstance(address, IPv4Address):
        return address.is_global and not address.is_multicast and not _is_in(address, _SPECIAL_IPV4)
    if carried := _carried(address):
        return all(map(is_public, carried))
    return (
        address in _UNICAST
        and address.is_global
        and not _is_in(address, _SPECIAL_IPV6)
        and all(map(is_public, _tunnelled(address)))
    )


def _carried(address: IPv6Address) -> Sequence[IPv4Address]:
    if address.teredo:
        return address.teredo
    if address.sixtofour:
        return [address.sixtofour]
    return [IPv4Address(int(address) & _LOWER_32)] if int(address) >> 32 in _STAND_INS else []


def _tunnelled(address: IPv6Address) -> Sequence[IPv4Address]:
    """Where an ISATAP interface of this machine would send it."""
    return [IPv4Address(int(address) & _LOWER_32)] if int(address) >> 32 & _LOWER_32 in _ISATAP else []


def _is_in(address: object, networks: Sequence[IPv4Network] | Sequence[IPv6Network]) -> bool:
    return any(address in network for network in networks)
