"""What the DNS says of a host name."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass

import dns.exception
import dns.resolver
from django.conf import settings

# seconds for all questions about one record, repetitions included
PATIENCE = 4.0
PROOF_LABEL = "_rathausplatz"


class DnsSilentError(Exception):
    """The resolver gave no usable answer (timeout, SERVFAIL): nothing is known of the name."""


@dataclass(frozen=True, slots=True)
class ResolverAddress:
    """Where our resolver listens."""

    host: str
    port: int = 53


def resolver_address(text: str) -> ResolverAddress:
    """`DNS_RESOLVER` taken apart: "127.0.0.1:5353", "[::1]:5353", or an address alone. Raises ValueError."""
    host, colon, port = text.rpartition(":") if text.count(":") == 1 or "]:" in text else (text, "", "")
    address = ipaddress.ip_address(host.strip("[]"))
    return ResolverAddress(str(address), int(port) if colon else 53)


def _resolver() -> dns.resolver.Resolver:
    if not settings.DNS_RESOLVER:
        return dns.resolver.Resolver()
    address = resolver_address(settings.DNS_RESOLVER)
    resolver = dns.resolver.Resolver(configure=False)
    resolver.nameservers, resolver.port = [address.host], address.port
    return resolver


def _records(name: str, kind: str) -> list[str]:
    """The records of one kind in their text form, [] when there are none. Raises DnsSilentError."""
    try:
        answer = _resolver().resolve(f"{name}.", kind, lifetime=PATIENCE, search=False)
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return []
    except dns.exception.DNSException as error:
        raise DnsSilentError(type(error).__name__) from error
    return [_text(record) for record in answer]


def _text(record: object) -> str:
    strings = getattr(record, "strings", None)
    if strings is not None:
        return b"".join(strings).decode("utf-8", "replace")
    return str(record)


def proof_record(name: str) -> str:
    """The name of the TXT record that proves a host name."""
    return f"{PROOF_LABEL}.{name}"


def proof_texts(name: str) -> list[str]:
    """The TXT records beside `name` in which a proof may stand. Raises DnsSilentError."""
    return _records(proof_record(name), "TXT")


def addresses_of(name: str) -> list[str]:
    """The IPv4 and IPv6 addresses of a host name, aliases followed. Raises DnsSilentError."""
    return [*_records(name, "A"), *_records(name, "AAAA")]
