"""Reading a stranger's page leads nowhere it must not, and takes neither long nor much."""

from __future__ import annotations

import time
from typing import Any

import pytest

from tenants.communes.domains import fetch as fetching
from tenants.communes.domains.fetch import FetchError, fetch, is_public_address
from tenants.communes.domains.lookup import resolver_address
from tests.servers.dns import DnsServer
from tests.servers.web import WebServer, page

NAME, PATH = "www.gera.example", "/.well-known/rathausplatz/abc"


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1",
        "fc00::1",
        "ff02::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "::127.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b:1::a00:1",
        "2002:7f00:1::",
        "2001:0:7f00:1::",
        "fec0::1",
        "192.0.0.8",
        "192.0.0.170",
    ],
)
def test_addresses_of_inner_networks_are_not_public(address: str) -> None:
    assert is_public_address(address) is False


@pytest.mark.parametrize("address", ["8.8.8.8", "2a01:4f8::1", "::ffff:8.8.8.8"])
def test_addresses_of_the_internet_are_public(address: str) -> None:
    assert is_public_address(address) is True


@pytest.mark.parametrize(
    ("kind", "address"), [("A", "127.0.0.1"), ("A", "169.254.169.254"), ("AAAA", "::1"), ("AAAA", "::ffff:7f00:1")]
)
def test_a_name_that_leads_into_our_network_is_not_asked(
    settings: Any, dns_server: DnsServer, web_server: WebServer, kind: str, address: str
) -> None:
    settings.DOMAINS_MAY_BE_INTERNAL = False
    dns_server.records[NAME, kind] = [address]
    with pytest.raises(FetchError, match="internal_address"):
        fetch(NAME, PATH)
    assert web_server.asked == []


def test_the_page_is_read_under_its_name_at_the_address_of_the_first_answer(
    dns_server: DnsServer, web_server: WebServer
) -> None:
    dns_server.records[NAME, "CNAME"] = ["gera.portale.example"]
    dns_server.records["gera.portale.example", "A"] = ["127.0.0.1"]
    web_server.answers[NAME, PATH] = [page("Nachweis")]
    assert fetch(NAME, PATH).body == b"Nachweis"
    assert web_server.asked == [(NAME, PATH)]
    assert [kind for name, kind in dns_server.asked if name == NAME] == ["A", "AAAA"]


def test_a_redirect_is_reported_and_not_followed(dns_server: DnsServer, web_server: WebServer) -> None:
    dns_server.records[NAME, "A"] = ["127.0.0.1"]
    elsewhere = f"http://127.0.0.1:{web_server.port}/geheim"
    web_server.answers[NAME, PATH] = [page("", "302 Found", Location=elsewhere)]
    found = fetch(NAME, PATH)
    assert (found.status, found.location) == (302, elsewhere)
    assert web_server.asked == [(NAME, PATH)]


def test_an_endless_answer_is_cut_off(dns_server: DnsServer, web_server: WebServer) -> None:
    dns_server.records[NAME, "A"] = ["127.0.0.1"]
    web_server.answers[NAME, PATH] = [b"HTTP/1.1 200 OK\r\n\r\n", *[b"x" * 65536] * 400]
    with pytest.raises(FetchError, match="too_large"):
        fetch(NAME, PATH)
    assert web_server.cut_off.wait(10)


def test_an_answer_that_drips_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch, dns_server: DnsServer, web_server: WebServer
) -> None:
    monkeypatch.setattr(fetching, "PATIENCE", 0.6)
    dns_server.records[NAME, "A"] = ["127.0.0.1"]
    web_server.between = 0.1
    web_server.answers[NAME, PATH] = [b"HTTP/1.1 200 OK\r\n", *[b"X-Drip: 1\r\n"] * 1000]
    began = time.monotonic()
    with pytest.raises(FetchError, match="too_slow"):
        fetch(NAME, PATH)
    assert time.monotonic() - began < 5


def test_what_is_no_web_server_is_reported(dns_server: DnsServer, web_server: WebServer) -> None:
    dns_server.records[NAME, "A"] = ["127.0.0.1"]
    web_server.answers[NAME, PATH] = [b"220 smtp ready\r\n"]
    with pytest.raises(FetchError, match="no_web_server"):
        fetch(NAME, PATH)


def test_no_address_and_no_answer_of_the_dns_are_told_apart(dns_server: DnsServer, web_server: WebServer) -> None:
    with pytest.raises(FetchError, match="no_address"):
        fetch(NAME, PATH)
    dns_server.broken.add(NAME)
    with pytest.raises(FetchError, match="dns_silent"):
        fetch(NAME, PATH)


@pytest.mark.parametrize(
    ("text", "host", "port"),
    [
        ("127.0.0.1:5353", "127.0.0.1", 5353),
        ("9.9.9.9", "9.9.9.9", 53),
        ("[2620:fe::fe]:5353", "2620:fe::fe", 5353),
        ("2620:fe::fe", "2620:fe::fe", 53),
    ],
)
def test_the_resolver_is_an_address_with_or_without_a_port(text: str, host: str, port: int) -> None:
    found = resolver_address(text)
    assert (found.host, found.port) == (host, port)


@pytest.mark.parametrize("text", ["dns.example", "dns.example:53", "", "127.0.0.1:no"])
def test_a_resolver_that_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 -- of ipaddress and int
        resolver_address(text)
