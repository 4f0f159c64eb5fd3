"""A request as the front sees it, before Django: from granian's RSGI, and on to WSGI's environment (PEP 3333)."""

from __future__ import annotations

import io
import sys
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.http.request import split_domain_port

from rathausplatz.visitors import network_of, visitor_address

Environ = dict[str, Any]
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def headers_of(scope: Any) -> dict[str, str]:
    """The headers by name, repeated ones joined as RFC 9110 § 5.3 and RFC 6265 § 5.4 have it.

    A name with an underscore is dropped: WSGI would write it like the same name with a hyphen, and what a proxy of ours
    says of the visitor could be forged.
    """
    found: dict[str, str] = {}
    for name, value in scope.headers.items():
        if name in found:
            found[name] += ("; " if name == "cookie" else ",") + value
        elif "_" not in name:
            found[name] = value
    return found


@lru_cache(maxsize=1024)
def name_of(host: str) -> str:
    """The name in a Host header, in lower case and without its port: what is asked does not depend on that."""
    name, _port = split_domain_port(host.lower())
    return name


@dataclass(slots=True)
class Asked:
    """What is asked, of whom, and by which address: an RSGI scope with its headers in order."""

    scope: Any
    method: str
    path: str
    headers: dict[str, str]

    @classmethod
    def of(cls, scope: Any) -> Asked:
        """From an RSGI scope."""
        return cls(scope, scope.method, scope.path, headers_of(scope))

    def header(self, name: str) -> str:
        """A header's text, "" when it was not sent."""
        return self.headers.get(name, "")

    @property
    def visitor(self) -> str:
        """Whom limits count: an address, of IPv6 the network that one line has."""
        peer, _port = _address(self.scope.client)
        return network_of(visitor_address(peer, self.header("x-forwarded-for"), settings.PROXY_HOPS))

    def environ(self, body: bytes) -> Environ:
        """PEP 3333's environment, with the whole body read."""
        scope = self.scope
        server, client = _address(scope.server), _address(scope.client)
        environ: Environ = {
            "REQUEST_METHOD": self.method,
            "SCRIPT_NAME": "",
            "PATH_INFO": self.path.encode().decode("latin-1"),
            "QUERY_STRING": scope.query_string.encode().decode("latin-1"),
            "SERVER_PROTOCOL": f"HTTP/{scope.http_version}",
            "SERVER_NAME": server[0],
            "SERVER_PORT": server[1],
            "REMOTE_ADDR": client[0],
            "CONTENT_LENGTH": str(len(body)) if body else "",
            "CONTENT_TYPE": self.header("content-type"),
            "HTTP_HOST": scope.authority or "",
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": scope.scheme,
            "wsgi.input": io.BytesIO(body),
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": True,
            "wsgi.multiprocess": True,
            "wsgi.run_once": False,
        }
        for name, value in self.headers.items():
            if name not in ("content-type", "content-length", "transfer-encoding"):
                environ["HTTP_" + name.upper().replace("-", "_")] = value
        return environ


def _address(text: str) -> tuple[str, str]:
    """Host and port of "127.0.0.1:80" or "[::1]:80"."""
    host, _colon, port = text.rpartition(":")
    return host.strip("[]"), port
