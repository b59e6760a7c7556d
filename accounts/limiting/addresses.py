"""From which address a request really comes, through the proxies that the operator trusts and no others."""

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

from django.conf import settings
from django.http import HttpRequest

type Address = IPv4Address | IPv6Address

UNKNOWN = "unknown"


def client_address(request: HttpRequest) -> str | None:
    """The nearest address that is none of our proxies. What stands before it in ``X-Forwarded-For`` may be forged."""
    found = _client(_parsed(request.META.get("REMOTE_ADDR", "")), request.META.get("HTTP_X_FORWARDED_FOR", ""))
    return str(found) if found is not None else None


def network_of(request: HttpRequest) -> str:
    """Whom to count: an IPv4 address, or the /64 of an IPv6 address, in which one machine has as many as it likes."""
    address = client_address(request) or UNKNOWN
    is_ipv6 = ":" in address
    return str(IPv6Network((address.partition("%")[0], 64), strict=False)) if is_ipv6 else address


def _client(peer: Address | None, forwarded: str) -> Address | None:
    trusted, hops = settings.TRUSTED_PROXIES, [_parsed(part) for part in forwarded.split(",")]
    if isinstance(trusted, int):
        return hops[-trusted] or peer if 0 < trusted <= len(hops) else peer
    for hop in reversed(hops):
        if peer is None or hop is None or not _is_in(peer, trusted):
            break
        peer = hop
    return peer


def _is_in(address: Address, networks: Sequence[object]) -> bool:
    return any(address in network for network in networks)  # type: ignore[operator]  # of either family


def _parsed(text: str) -> Address | None:
    """An address, perhaps with a port or in brackets; a mapped one as the IPv4 address it is."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text)
    except ValueError:
        return None
    return (address.ipv4_mapped or address) if isinstance(address, IPv6Address) else address
