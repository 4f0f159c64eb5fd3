"""Pages that ask for another try say so first: in their title."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from tenants.accounts.models import UserKind
from tenants.communes.scope import commune_scope
from tests.factories.accounts import make_account, signed_in
from tests.services.cases.conftest import SLUG, offer_permit


def title_of(answer: Any) -> str:
    return re.findall(r"<title>(.*?)</title>", answer.content.decode(), re.DOTALL)[0].strip()


@pytest.mark.parametrize(
    ("path", "sent"),
    [
        ("/mitmachen/ideen/neu/", {"text": "kurz"}),
        ("/vorgang/", {"number": "GE-1", "code": "x"}),
        ("/konto/anmelden/", {"login": "wer@citizen.example", "password": "falsch"}),
        ("/konto/signup/", {"email": "wer"}),
        ("/konto/password/reset/", {"email": "wer"}),
        ("/pruefen/datei/", {}),
        (f"/antrag/{SLUG}/adresse/", {}),
    ],
)
def test_a_refused_form_says_so_in_its_title(portal: Client, gera: Any, path: str, sent: dict[str, str]) -> None:
    with commune_scope(gera):
        offer_permit()
    portal.post(f"/antrag/{SLUG}/")
    before = title_of(portal.get("/pruefen/" if path.endswith("/datei/") else path))
    assert not before.startswith("Fehler:")
    assert title_of(portal.post(path, sent)) == f"Fehler: {before}"


def test_the_desk_says_it_too(gera: Any) -> None:
    administrator = signed_in(gera, make_account(gera, "chefin@gera.example", UserKind.STAFF, "administrator"))
    page = "/arbeitsplatz/personal/einladen/"
    assert not title_of(administrator.get(page)).startswith("Fehler:")
    assert title_of(administrator.post(page, {"email": "x"})).startswith("Fehler: ")


def test_a_page_without_a_form_stays_without_a_cookie(portal: Client) -> None:
    answer = portal.get("/anliegen/")
    assert not answer.cookies
    assert "CSRF_COOKIE" not in answer.wsgi_request.META
