"""`rathausplatz domain` says what it did, and what is to be entered."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from tenants.communes.models import Domain
from tests.servers.dns import DnsServer
from tests.servers.web import WebServer
from tests.tenants.communes.domains.test_life import lead_here, publish

pytestmark = pytest.mark.usefixtures("db")


def run(*arguments: str) -> str:
    out = io.StringIO()
    call_command("domain", *arguments, stdout=out)
    return out.getvalue()


def test_a_name_goes_from_the_claim_to_the_primary_address(
    wurzen_row: Any, dns_server: DnsServer, web_server: WebServer
) -> None:
    said = run("add", "wurzen", "www.wurzeń.example")
    domain = Domain.objects.get(domain="www.xn--wurze-07a.example")
    assert "www.wurzeń.example" in said
    assert f"_rathausplatz.www.xn--wurze-07a.example. TXT {domain.token}" in said
    assert "www.xn--wurze-07a.example. CNAME wurzen.localhost" in said
    assert "The TXT record can't be found in the DNS yet." in run("check", "wurzen", "www.wurzeń.example")
    publish(dns_server, domain)
    lead_here(dns_server, web_server, domain)
    assert "active" in run("check", "wurzen")
    run("primary", "wurzen", "www.wurzeń.example")
    rows = json.loads(run("list", "wurzen", "--json"))
    assert [(row["shown"], row["state"], row["primary"]) for row in rows] == [
        ("www.wurzeń.example", "active", True),
        ("wurzen.localhost", "active", False),
    ]
    with pytest.raises(CommandError, match="is the primary address"):
        run("remove", "wurzen", "www.wurzeń.example")
    run("primary", "wurzen", "wurzen.localhost")
    assert "removed" in run("remove", "wurzen", "www.wurzeń.example", "--reason", "Vertrag endet")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["add", "nirgends", "www.a.example"], "No commune"),
        (["add", "wurzen", "kein name"], "is no domain name"),
        (["add", "wurzen", "x.localhost"], "is no domain name"),
        (["remove", "wurzen", "www.a.example"], "has no address"),
    ],
)
def test_what_can_t_be_done_is_one_sentence(wurzen_row: Any, arguments: list[str], sentence: str) -> None:
    with pytest.raises(CommandError, match=sentence):
        run(*arguments)
