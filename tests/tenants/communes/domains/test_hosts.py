"""Which names answer, where they send visitors, and what they say of themselves."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from tenants.communes.hosts import Host, HostKind, canonical_address, forget_hosts
from tenants.communes.models import Domain, DomainState
from tenants.communes.queries import find_commune
from tests.factories.mails import sent_mails

OWN = "www.wurzen.example"
S = DomainState
pytestmark = pytest.mark.usefixtures("db")


def own_domain(commune: Any, state: str, *, primary: bool = False, name: str = OWN) -> Domain:
    if primary:
        Domain.objects.filter(tenant=commune, is_primary=True).update(is_primary=False)
    domain = Domain.objects.create(tenant=commune, domain=name, state=state, proof="dns", is_primary=primary)
    forget_hosts("")
    return domain


@pytest.mark.parametrize(
    ("state", "status"), [(S.PENDING, 404), (S.VERIFIED, 301), (S.ACTIVE, 301), (S.FAILING, 301), (S.REMOVED, 404)]
)
def test_only_proven_names_answer(wurzen_row: Any, state: str, status: int) -> None:
    own_domain(wurzen_row, state)
    answer = Client(headers={"host": OWN}).get("/anliegen/")
    assert answer.status_code == status
    if status == 301:
        assert answer.headers["Location"] == "http://wurzen.localhost/anliegen/"


@pytest.mark.parametrize(("method", "status"), [("get", 301), ("head", 301), ("post", 308), ("put", 308)])
def test_the_redirect_keeps_path_query_and_method(wurzen_row: Any, settings: Any, method: str, status: int) -> None:
    own_domain(wurzen_row, S.ACTIVE, primary=True)
    settings.PUBLIC_PORT = 8000
    client = Client(headers={"host": "wurzen.localhost:8000", "x-forwarded-host": "evil.example"})
    answer = getattr(client, method)("/suche/?q=M%C3%BCll%26x&seite=2")
    assert answer.status_code == status
    assert answer.headers["Location"] == f"http://{OWN}:8000/suche/?q=M%C3%BCll%26x&seite=2"
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_path_that_looks_like_a_host_stays_a_path(wurzen_row: Any) -> None:
    own_domain(wurzen_row, S.ACTIVE)
    answer = Client(headers={"host": OWN}).get("//evil.example/%0d%0aX: y")
    assert answer.headers["Location"].startswith("http://wurzen.localhost/")
    assert "\n" not in answer.headers["Location"]


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/.well-known/security.txt"])
def test_what_machines_ask_is_not_sent_elsewhere(wurzen_row: Any, path: str) -> None:
    own_domain(wurzen_row, S.ACTIVE)
    assert Client(headers={"host": OWN}).get(path).status_code in (200, 404)


def test_no_chain_of_redirects_is_longer_than_one(wurzen_row: Any) -> None:
    own_domain(wurzen_row, S.ACTIVE, primary=True)
    own_domain(wurzen_row, S.VERIFIED, name="wurzen.example")
    for name in ("wurzen.localhost", "wurzen.example"):
        target = Client(headers={"host": name}).get("/gibt-es-nicht/").headers["Location"]
        host = target.split("/")[2]
        assert Client(headers={"host": host}).get("/gibt-es-nicht/").status_code == 404


def test_nobody_is_sent_to_a_primary_name_that_fails(wurzen_row: Any) -> None:
    own_domain(wurzen_row, S.FAILING, primary=True)
    assert Client(headers={"host": "wurzen.localhost"}).get("/").status_code == 200


def test_the_address_comes_from_what_is_stored() -> None:
    host = Host(HostKind.PORTAL, None, "www.wurzen.example")
    assert canonical_address(host, "GET", "/a?b=c") == (301, "http://www.wurzen.example/a?b=c")
    assert canonical_address(Host(HostKind.PORTAL), "GET", "/") is None


def test_a_claimed_name_says_that_it_leads_here_and_nothing_else(wurzen_row: Any, gera_row: Any) -> None:
    domain = own_domain(wurzen_row, S.PENDING)
    client = Client(headers={"host": OWN})
    answer = client.get(f"/.well-known/rathausplatz/{domain.token}")
    assert answer.status_code == 200
    assert answer.content.decode().startswith(f"{domain.token}.")
    assert client.get("/").status_code == 404
    assert client.get("/.well-known/rathausplatz/falsch").status_code == 404
    assert client.get("/.well-known/rathausplatz/").status_code == 404
    assert client.get("/.well-known/rathausplatz/%00").status_code == 404
    elsewhere = Client(headers={"host": "gera.localhost"}).get(f"/.well-known/rathausplatz/{domain.token}")
    assert elsewhere.status_code == 404


def test_mails_lead_to_the_stored_primary_name_whatever_the_request_says(wurzen_row: Any) -> None:
    from allauth.account.models import EmailAddress

    from tenants.accounts.models import User
    from tenants.communes.scope import commune_scope

    own_domain(wurzen_row, S.ACTIVE, primary=True)
    with commune_scope(find_commune("wurzen").ref()):
        user = User.objects.create_user("ida@wurzen.example", "apfel kahn turm 7", name="Ida Muster")
        EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    forged = {"x-forwarded-host": "evil.example", "forwarded": "host=evil.example", "x-host": "evil.example"}
    form = {"email": "ida@wurzen.example"}
    assert Client(headers={"host": "evil.example"}).post("/konto/passwort/vergessen/", form).status_code == 404
    moved = Client(headers={"host": "wurzen.localhost", **forged}).post("/konto/passwort/vergessen/", form)
    assert (moved.status_code, moved.headers["Location"]) == (308, f"http://{OWN}/konto/passwort/vergessen/")
    answer = Client(headers={"host": OWN, **forged}).post("/konto/passwort/vergessen/", form)
    assert answer.status_code == 302
    (message,) = sent_mails(find_commune("wurzen").ref())
    assert set(re.findall(r"https?://([^/\s]+)", message.body)) == {OWN}


def test_a_claimed_name_answers_over_plain_http_where_all_else_is_sent_to_https(wurzen_row: Any, settings: Any) -> None:
    settings.SECURE_SSL_REDIRECT = True
    domain = own_domain(wurzen_row, S.PENDING)
    client = Client(headers={"host": OWN})
    assert client.get(f"/.well-known/rathausplatz/{domain.token}").status_code == 200
    assert client.get("/.well-known/anderes").headers["Location"].startswith("https://")


def test_https_is_promised_for_an_own_name_alone_and_for_all_names_below_the_platform(
    wurzen_row: Any, settings: Any
) -> None:
    settings.SECURE_HSTS_SECONDS, settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = 3600, True
    settings.SECURE_HSTS_PRELOAD = True
    own_domain(wurzen_row, S.ACTIVE)
    promises = {
        name: Client(headers={"host": name}).get("/healthz", secure=True).headers["Strict-Transport-Security"]
        for name in (OWN, "gera.localhost", "localhost", "boeselocalhost")
    }
    every_name = "max-age=3600; includeSubDomains; preload"
    assert promises == {
        OWN: "max-age=3600",
        "gera.localhost": every_name,
        "localhost": every_name,
        "boeselocalhost": "max-age=3600",
    }
