"""A DNS of the test's own, and a stranger's web server behind every name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.servers.dns import DnsServer
from tests.servers.web import WebServer


@pytest.fixture
def dns_server(settings: Any) -> Iterator[DnsServer]:
    """The platform's resolver for this test."""
    with DnsServer() as server:
        settings.DNS_RESOLVER = server.address
        yield server


@pytest.fixture
def web_server(settings: Any, dns_server: DnsServer) -> Iterator[WebServer]:
    """What answers on port 80 of every address, this machine's own included."""
    with WebServer() as server:
        settings.DOMAINS_HTTP_PORT, settings.DOMAINS_MAY_BE_INTERNAL = server.port, True
        yield server


@pytest.fixture
def wurzen_row(wurzen: Any) -> Any:
    """The row of the commune Wurzen."""
    from tenants.communes.queries import find_commune

    return find_commune("wurzen")


@pytest.fixture
def gera_row(gera: Any) -> Any:
    """The row of the commune Gera."""
    from tenants.communes.queries import find_commune

    return find_commune("gera")
