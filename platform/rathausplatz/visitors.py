"""Who asks: the address behind our own proxies, and what of it stands for one visitor."""

from __future__ import annotations

import ipaddress

# a line or a phone has a whole network of this size to choose addresses from (RFC 6177)
NETWORK_OF_ONE = 64


def visitor_address(peer: str, forwarded: str, hops: int) -> str:
    """The visitor's address, when `hops` proxies of ours stand in front of this process.

    Only that many entries of X-Forwarded-For, counted from the right, were written by us; what stands further left
    anybody can invent. What is no address is not believed: then it is the peer's.
    """
    entries = [entry.strip() for entry in forwarded.split(",") if entry.strip()]
    if not 0 < hops <= len(entries):
        return peer
    try:
        return str(ipaddress.ip_address(entries[-hops]))
    except ValueError:
        return peer


def network_of(address: str) -> str:
    """What counts as one visitor: an IPv4 address, a /64 of IPv6."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv4Address):
        return address
    if found.ipv4_mapped is not None:
        return str(found.ipv4_mapped)
    return str(ipaddress.ip_network((found, NETWORK_OF_ONE), strict=False))
