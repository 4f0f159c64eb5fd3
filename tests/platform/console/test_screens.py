"""The console's other screens, and who may see them."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from tenants.communes.models import AuditEntry, Commune, CommuneState

PAGES = ["/", "/kommunen/gera/", "/aufnahme/", "/aufnahme/frei/", "/protokoll/", "/konto/"]


@pytest.mark.parametrize("path", PAGES)
def test_every_page_asks_for_a_sign_in(console_client: Any, path: str) -> None:
    answer = console_client.get(path)
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/konto/anmelden/?next=")


@pytest.mark.parametrize("path", PAGES)
def test_every_page_opens_for_an_operator_and_allows_no_inline_code(console: Any, path: str) -> None:
    answer = console.get(path)
    assert answer.status_code == 200
    text = answer.content.decode()
    assert " style=" not in text
    assert "<style" not in text
    assert "unsafe-inline" not in answer.headers["Content-Security-Policy"]


def test_the_list_shows_communes_with_state_and_host(console: Any) -> None:
    text = console.get("/").content.decode()
    for expected in ("Gera", "gera.localhost", "wurzen.localhost", "läuft", "von 2"):
        assert expected in text


@pytest.mark.parametrize(
    ("query", "seen", "unseen"), [("wurz", "Wurzen", "gera.localhost"), ("gera.local", "Gera", "wurzen.")]
)
def test_the_list_is_searched_by_name_and_host(console: Any, query: str, seen: str, unseen: str) -> None:
    text = console.get("/", {"q": query}).content.decode()
    assert seen in text
    assert unseen not in text


def test_filters_show_only_what_they_say(console: Any) -> None:
    Commune.objects.filter(slug="wurzen").update(state=CommuneState.SUSPENDED)
    text = console.get("/", {"filter": "suspended"}).content.decode()
    assert "wurzen.localhost" in text
    assert "gera.localhost" not in text
    Commune.objects.filter(slug="gera").update(release="2020.1.1")
    assert "Hinter der Auslieferung 1" in console.get("/").content.decode()


def test_suspending_needs_a_reason_closes_the_portal_and_is_recorded(console: Any) -> None:
    refused = console.post("/kommunen/gera/aussetzen/", {"reason": " "})
    assert refused.status_code == 422
    assert Commune.objects.get(slug="gera").state == CommuneState.LIVE
    console.post("/kommunen/gera/aussetzen/", {"reason": "Wartung des Rechenzentrums"})
    assert Commune.objects.get(slug="gera").state == CommuneState.SUSPENDED
    entry = AuditEntry.objects.get(verb="commune.suspended")
    assert (entry.actor, entry.detail["reason"]) == ("bettina@betrieb.example", "Wartung des Rechenzentrums")
    assert "Wartung des Rechenzentrums" in console.get("/protokoll/", {"q": "gera"}).content.decode()
    console.post("/kommunen/gera/fortsetzen/")
    assert Commune.objects.get(slug="gera").state == CommuneState.LIVE


def test_a_portal_that_is_being_made_is_not_opened_by_resuming(console: Any) -> None:
    Commune.objects.filter(slug="gera").update(state=CommuneState.PROVISIONING)
    text = console.post("/kommunen/gera/fortsetzen/", follow=True).content.decode()
    assert "ist nicht ausgesetzt" in text
    assert Commune.objects.get(slug="gera").state == CommuneState.PROVISIONING


def test_changes_by_get_are_refused(console: Any) -> None:
    for path in ("/kommunen/gera/aussetzen/", "/kommunen/gera/fortsetzen/", "/aufnahme/beginnen/"):
        assert console.get(path).status_code == 405


def test_the_record_is_filtered_by_kind(console: Any) -> None:
    text = console.get("/protokoll/", {"was": "operator.created"}).content.decode()
    assert "Betreiberkonto angelegt</b>" in text
    assert "Kommune beauftragt</b>" not in text


def test_an_unknown_commune_is_not_found(console: Any) -> None:
    assert console.get("/kommunen/nirgendwo/").status_code == 404


def test_nobody_registers_on_the_console(console_client: Any) -> None:
    assert "nicht registrieren" in console_client.get("/konto/anlegen/").content.decode()


def test_staff_of_a_commune_has_no_account_on_the_console(console_client: Any, in_gera: Any) -> None:
    from tenants.accounts.models import User, UserKind

    User.objects.create_user("amt@gera.example", "apfel kahn turm 7", kind=UserKind.STAFF)
    answer = console_client.post("/konto/anmelden/", {"login": "amt@gera.example", "password": "apfel kahn turm 7"})
    assert answer.status_code == 200


def test_the_public_page_lists_open_portals_only(db: None) -> None:
    public = Client(headers={"host": "localhost"})
    Commune.objects.filter(slug="wurzen").update(state=CommuneState.SUSPENDED)
    text = public.get("/").content.decode()
    assert "http://gera.localhost" in text
    assert "wurzen.localhost" not in text
    assert "gera.localhost" in public.get("/", {"q": "GERA"}).content.decode()
    for path in ("/impressum/", "/datenschutz/", "/barrierefreiheit/"):
        assert public.get(path).status_code == 200


def test_the_list_asks_a_fixed_number_of_questions(console: Any, hearing: None, django_assert_num_queries: Any) -> None:
    console.get("/")
    with django_assert_num_queries(13):
        console.get("/")


@pytest.mark.parametrize("path", ["/konto/anmelden/", "/konto/passwort/vergessen/"])
def test_account_pages_of_the_console_link_to_no_portal_page(console_client: Any, path: str) -> None:
    text = console_client.get(path).content.decode()
    assert 'href="/en/' not in text
    assert "Betreiber" in text


def test_account_pages_of_the_console_lead_back_to_the_communes(console: Any) -> None:
    text = console.get("/konto/adressen/").content.decode()
    assert '<a href="/">Kommunen</a>' in text
    assert '<a class="back" href="/konto/sicherheit/">' in text


def test_the_record_names_the_system_in_words(console: Any) -> None:
    assert AuditEntry.objects.filter(actor="system").exists()
    text = console.get("/protokoll/").content.decode()
    assert ">System</td>" in text
    assert ">system</td>" not in text
