"""A commune's addresses in the console: what is to be entered, and the four things an operator can do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tenants.communes.models import AuditEntry, Domain, DomainState
from tests.servers.dns import DnsServer
from tests.servers.web import WebServer
from tests.tenants.communes.domains.test_life import lead_here, publish

S = DomainState
PAGE = "/kommunen/wurzen/"
UMLAUT = "www.xn--wrzen-kva.example"


@pytest.fixture
def dns_server(settings: Any) -> Iterator[DnsServer]:
    with DnsServer() as server:
        settings.DNS_RESOLVER = server.address
        yield server


@pytest.fixture
def web_server(settings: Any, dns_server: DnsServer) -> Iterator[WebServer]:
    with WebServer() as server:
        settings.DOMAINS_HTTP_PORT, settings.DOMAINS_MAY_BE_INTERNAL = server.port, True
        yield server


def add(console: Any, name: str, proof: str = "dns") -> Any:
    return console.post(f"{PAGE}adressen/", {"name": name, "proof": proof})


def act(console: Any, domain: Domain, verb: str) -> str:
    answer = console.post(f"{PAGE}adressen/{domain.pk}/{verb}/", follow=True)
    assert answer.redirect_chain == [(f"{PAGE}#adressen", 302)]
    return str(answer.content.decode())


def test_an_address_is_added_proven_made_primary_and_removed(
    console: Any, dns_server: DnsServer, web_server: WebServer
) -> None:
    assert add(console, "www.würzen.example").status_code == 302
    domain = Domain.objects.get(domain=UMLAUT)
    text = console.get(PAGE).content.decode()
    for expected in ("www.würzen.example", f"im DNS: {UMLAUT}", f"_rathausplatz.{UMLAUT}", domain.token):
        assert expected in text
    assert "wartet auf den Nachweis" in text
    assert "Der TXT-Eintrag ist im DNS noch nicht zu finden." in act(console, domain, "pruefen")
    publish(dns_server, domain)
    lead_here(dns_server, web_server, domain)
    assert "www.würzen.example: aktiv" in act(console, domain, "pruefen")
    assert "ist jetzt die Hauptadresse" in act(console, domain, "hauptadresse")
    assert "ist die Hauptadresse. Machen Sie zuerst eine andere dazu." in act(console, domain, "entfernen")
    act(console, Domain.objects.get(domain="wurzen.localhost"), "hauptadresse")
    assert "ist entfernt" in act(console, domain, "entfernen")
    assert console.post(f"{PAGE}adressen/{domain.pk}/pruefen/").status_code == 404
    acts = AuditEntry.objects.filter(detail__name=UMLAUT)
    assert set(acts.values_list("actor", flat=True)) == {"bettina@betrieb.example"}
    assert "Adresse nachgewiesen" in console.get("/protokoll/").content.decode()


@pytest.mark.parametrize("name", ["", "kein name", "gera.localhost", "127.0.0.1"])
def test_a_refused_name_stands_at_its_field(console: Any, name: str) -> None:
    answer = add(console, name)
    assert answer.status_code == 422
    text = answer.content.decode()
    assert 'id="address-name-fehler"' in text
    assert '<details class="push" open>' in text
    assert Domain.objects.exclude(proof="ours").count() == 0


def test_a_file_on_the_web_server_is_described(console: Any) -> None:
    add(console, "www.wurzen.example", "http")
    domain = Domain.objects.get(domain="www.wurzen.example")
    text = console.get(PAGE).content.decode()
    assert f"http://www.wurzen.example/.well-known/rathausplatz/{domain.token}" in text
    assert "_rathausplatz.www.wurzen.example" not in text


def test_bare_names_get_addresses_and_others_an_alias(console: Any, settings: Any) -> None:
    settings.PLATFORM_ADDRESSES = ["203.0.113.7", "2001:db8::7"]
    add(console, "wurzen.example")
    text = console.get(PAGE).content.decode()
    assert "203.0.113.7" in text
    assert "AAAA" in text
    assert "CNAME" not in text
    add(console, "www.wurzen.example")
    assert "CNAME" in console.get(PAGE).content.decode()


def test_a_failing_address_says_since_when_and_why(console: Any, wurzen: Any) -> None:
    from django.utils import timezone

    Domain.objects.create(
        tenant_id=wurzen.id,
        domain="www.wurzen.example",
        state=S.FAILING,
        proof="dns",
        is_primary=False,
        problem="no_connection:203.0.113.7",
        failing_since=timezone.now(),
    )
    text = console.get(PAGE).content.decode()
    assert "Unter 203.0.113.7 nimmt kein Webserver an." in text
    assert "Gestört seit" in text


@pytest.mark.parametrize(
    "path", ["adressen/", "adressen/1/pruefen/", "adressen/1/hauptadresse/", "adressen/1/entfernen/"]
)
def test_nothing_happens_by_reading_or_without_a_sign_in(console_client: Any, gera: Any, path: str) -> None:
    refused = console_client.post(f"/kommunen/gera/{path}", {"name": "www.gera.example", "proof": "dns"})
    assert refused.headers["Location"].startswith("/konto/anmelden/")
    assert Domain.objects.exclude(proof="ours").count() == 0


@pytest.mark.parametrize(
    "path", ["adressen/", "adressen/1/pruefen/", "adressen/1/hauptadresse/", "adressen/1/entfernen/"]
)
def test_a_get_is_refused(console: Any, path: str) -> None:
    assert console.get(f"/kommunen/gera/{path}").status_code == 405


def test_another_commune_s_address_is_not_found(console: Any, gera: Any) -> None:
    theirs = Domain.objects.get(tenant_id=gera.id)
    assert console.post(f"{PAGE}adressen/{theirs.pk}/entfernen/").status_code == 404
