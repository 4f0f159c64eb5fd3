"""A form whose token no longer fits loses nothing, and a stranger's page gains nothing."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from django.test import Client

from services.participation.models import Idea
from tenants.communes.scope import commune_scope

IDEA = {"text": "Bänke am Ufer <b>& im Schatten</b>.", "email": "wer@citizen.example", "website": ""}
PAGE = "/mitmachen/ideen/neu/"


@pytest.fixture
def browser(gera: Any) -> Client:
    return Client(headers={"host": gera.primary_host}, enforce_csrf_checks=True)


def hidden(answer: Any) -> list[tuple[str, str]]:
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', answer.content.decode())
    return [(html.unescape(name), html.unescape(value)) for name, value in found]


def test_what_was_typed_is_sent_by_one_more_click(browser: Client, gera: Any) -> None:
    answer = browser.post(PAGE, IDEA, headers={"origin": "http://gera.localhost"})
    assert answer.status_code == 403
    assert answer["Cache-Control"] == "no-store"
    text = answer.content.decode()
    assert 'lang="de"' in text
    assert "Gera" in text
    assert "Bitte senden Sie noch einmal" in text
    typed = dict(hidden(answer))
    assert {name: typed[name] for name in IDEA} == IDEA

    assert browser.post(PAGE, typed, headers={"origin": "http://gera.localhost"}).status_code == 302
    with commune_scope(gera):
        assert Idea.objects.get().email == IDEA["email"]


@pytest.mark.parametrize("origin", ["http://wurzen.localhost", "https://evil.example", "null", ""])
def test_a_page_of_somebody_else_is_not_repeated(browser: Client, origin: str) -> None:
    answer = browser.post(PAGE, IDEA, headers={"origin": origin} if origin else {})
    assert answer.status_code == 403
    assert IDEA["email"] not in answer.content.decode()
    assert "Bitte öffnen Sie die Seite neu" in answer.content.decode()


def test_no_password_is_repeated(browser: Client) -> None:
    sent = {"login": "wer@citizen.example", "password": "apfel kahn turm 7"}
    answer = browser.post("/konto/anmelden/", sent, headers={"origin": "http://gera.localhost"})
    assert answer.status_code == 403
    assert sent["password"] not in answer.content.decode()


def test_the_console_and_the_english_pages_say_it_too(gera: Any) -> None:
    console = Client(
        headers={"host": "console.localhost", "origin": "http://console.localhost"}, enforce_csrf_checks=True
    )
    assert "Bitte öffnen Sie die Seite neu" in console.post("/konto/anmelden/", {}).content.decode()
    english = Client(headers={"host": gera.primary_host, "origin": "http://gera.localhost"}, enforce_csrf_checks=True)
    answer = english.post(f"/en{PAGE}", IDEA).content.decode()
    assert "Please send once more" in answer
    assert 'lang="en"' in answer
