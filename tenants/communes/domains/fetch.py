"""Reading one small page of a stranger's web server, safely.

The name is resolved once and the connection goes to that very address, so that a second answer of the DNS can't lead us
into our own network. Redirects are not followed; time and size have limits that a slow or endless answer can't stretch.
"""

from __future__ import annotations

import http.client
import io
import ipaddress
import socket
import time
from dataclasses import dataclass

from django.conf import settings

from tenants.communes.domains.lookup import DnsSilentError, addresses_of

# seconds for one address, from connecting to the last byte
PATIENCE = 4.0
MOST_BYTES = 16 * 1024
MOST_ADDRESSES = 3
# reach an IPv4 address through another: an internal one could hide in it (RFC 6052, 8215, 3056, 4380)
# not routed on the public internet, although Python calls them global (RFC 3879, RFC 7335, RFC 7600)
UNROUTED = tuple(map(ipaddress.ip_network, ("fec0::/10", "192.0.0.0/24", "192.88.99.0/24", "5f00::/16")))
DISGUISES = tuple(map(ipaddress.ip_network, ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32", "::/96")))


class FetchError(Exception):
    """Nothing could be read. `problem` is a code of `wording.PROBLEMS`, with what was seen behind a colon."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


@dataclass(frozen=True, slots=True)
class Page:
    """What a server answered."""

    status: int
    location: str
    body: bytes


def is_public_address(text: str) -> bool:
    """Whether an address lies on the public internet: not private, loopback, link-local, multicast or disguised."""
    address = ipaddress.ip_address(text)
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    if any(address in network for network in (*DISGUISES, *UNROUTED) if network.version == address.version):
        return False
    return address.is_global and not address.is_multicast and not address.is_reserved


def fetch(name: str, path: str) -> Page:
    """GET http://name/path from the first address that answers. Raises FetchError."""
    try:
        addresses = addresses_of(name)
    except DnsSilentError as error:
        raise FetchError("dns_silent") from error
    if not addresses:
        raise FetchError("no_address")
    allowed = [a for a in addresses if settings.DOMAINS_MAY_BE_INTERNAL or is_public_address(a)]
    if not allowed:
        raise FetchError(f"internal_address:{addresses[0]}")
    failure = FetchError("no_address")
    for address in allowed[:MOST_ADDRESSES]:
        try:
            return _ask(address, name, path)
        except FetchError as error:
            failure = error
    raise failure


def _ask(address: str, name: str, path: str) -> Page:
    deadline = time.monotonic() + PATIENCE
    asked = f"GET {path} HTTP/1.1\r\nHost: {name}\r\nUser-Agent: Rathausplatz\r\nConnection: close\r\n\r\n"
    try:
        with socket.create_connection((address, settings.DOMAINS_HTTP_PORT), timeout=PATIENCE) as connection:
            connection.sendall(asked.encode("ascii"))
            answer = _receive(connection, deadline)
    except TimeoutError as error:
        raise FetchError(f"too_slow:{address}") from error
    except OSError as error:
        raise FetchError(f"no_connection:{address}") from error
    return _parse(answer, address)


def _receive(connection: socket.socket, deadline: float) -> bytes:
    received = b""
    while len(received) <= MOST_BYTES:
        remaining = deadline - time.monotonic()
        if remaining <= 0:
            raise TimeoutError
        connection.settimeout(remaining)
        part = connection.recv(4096)
        if not part:
            break
        received += part
    return received


class _Received:
    """What http.client reads from instead of a socket."""

    def __init__(self, answer: bytes) -> None:
        self.answer = answer

    def makefile(self, mode: str) -> io.BytesIO:
        return io.BytesIO(self.answer)


def _parse(answer: bytes, address: str) -> Page:
    if len(answer) > MOST_BYTES:
        raise FetchError(f"too_large:{address}")
    response = http.client.HTTPResponse(_Received(answer))  # type: ignore[arg-type]  # it only calls makefile
    try:
        response.begin()
        body = response.read()
    except (http.client.HTTPException, ValueError) as error:
        raise FetchError(f"no_web_server:{address}") from error
    return Page(response.status, response.headers.get("Location", ""), body)
