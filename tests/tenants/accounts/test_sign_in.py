"""Signing in, the second factor, and what keeps one host's people off another."""

from __future__ import annotations

import re
from types import SimpleNamespace
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.core import mail
from django.test import Client

from tenants.accounts.models import User, UserKind
from tenants.communes.scope import commune_scope
from tests.factories.mails import send_waiting_mails

PASSWORD = "apfel kahn turm 7"
FORMS = ["anmelden", "anlegen", "passwort/vergessen"]


def account(commune: Any, email: str, kind: str = UserKind.CITIZEN, *groups: str) -> User:
    from django.contrib.auth.models import Group

    with commune_scope(commune):
        user = User.objects.create_user(email, PASSWORD, kind=kind, name="Ida Muster")
        EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
        user.groups.add(*Group.objects.filter(name__in=groups))
    return user


def sign_in(client: Client, email: str) -> Any:
    return client.post("/konto/anmelden/", {"login": email, "password": PASSWORD})


def code_for(secret: str) -> str:
    return str(format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time())))))


def text_of(answer: Any) -> str:
    text = answer.content.decode()
    assert not re.search(r"\b([Dd]u|[Dd]ein\w*|[Dd]ir|[Dd]ich)\b", re.sub(r"<[^>]+>", " ", text))
    assert " style=" not in text
    assert not re.search(r"<script(?![^>]*(src=|application/json))", text)
    return text


@pytest.mark.parametrize("path", FORMS)
def test_forms_stand_in_the_communes_look_and_say_sie(portal: Any, path: str) -> None:
    answer = portal.get(f"/konto/{path}/")
    assert answer.status_code == 200
    text = text_of(answer)
    assert "Gera" in text
    assert 'class="title m"' in text


@pytest.mark.parametrize(
    ("path", "heading"),
    [("anmelden", "Sign in"), ("anlegen", "Create an account"), ("passwort/vergessen", "Forgotten password")],
)
def test_forms_speak_english_too(portal: Any, path: str, heading: str) -> None:
    text = portal.get(f"/en/konto/{path}/").content.decode()
    assert '<html lang="en">' in text
    assert f'<h1 class="title m">{heading}</h1>' in text


def test_a_wrong_password_is_answered_in_a_sentence(portal: Any, gera: Any) -> None:
    account(gera, "ida@gera.example")
    answer = portal.post("/konto/anmelden/", {"login": "ida@gera.example", "password": "falsch"})
    assert "E-Mail-Adresse oder Passwort stimmen nicht." in text_of(answer)


def test_citizens_come_to_their_own_page(portal: Any, gera: Any) -> None:
    account(gera, "ida@gera.example")
    assert sign_in(portal, "ida@gera.example").headers["Location"] == "/konto/"
    text = text_of(portal.get("/konto/sicherheit/"))
    assert "ida@gera.example" in text
    assert "Jetzt einrichten" not in text


def test_an_account_of_one_commune_is_none_in_another(gera: Any, wurzen: Any) -> None:
    account(gera, "ida@gera.example")
    other = Client(headers={"host": wurzen.primary_host})
    assert sign_in(other, "ida@gera.example").status_code == 200
    assert other.get("/konto/").status_code == 302


def test_a_session_of_one_commune_opens_nothing_in_another(portal: Any, gera: Any, wurzen: Any) -> None:
    account(gera, "ida@gera.example")
    sign_in(portal, "ida@gera.example")
    other = Client(headers={"host": wurzen.primary_host})
    other.cookies = portal.cookies
    assert other.get("/konto/").status_code == 302


def sent_mails(commune: Any) -> list[Any]:
    """The mails of a commune, sent as the worker would."""
    with commune_scope(commune):
        send_waiting_mails()
    return list(mail.outbox)


def test_registering_sends_a_link_on_the_stored_host(portal: Any, gera: Any) -> None:
    answer = portal.post("/konto/anlegen/", {"email": "neu@gera.example", "password1": PASSWORD})
    assert answer.status_code == 302
    assert sent_mails(gera)
    message = mail.outbox[0]
    assert message.subject == "Bestätigen Sie Ihre E-Mail-Adresse"
    assert message.from_email == '"Gera" <gera@localhost>'
    link = re.search(r"http://gera\.localhost(/konto/\S+)", message.body)
    assert link is not None
    assert "Ja, bestätigen" in text_of(portal.get(link.group(1)))
    assert portal.post(link.group(1)).status_code == 302
    assert sign_in(Client(headers={"host": gera.primary_host}), "neu@gera.example").headers["Location"] == "/konto/"


def test_no_page_waits_for_a_mail_server(portal: Any, gera: Any) -> None:
    portal.post("/konto/anlegen/", {"email": "neu@gera.example", "password1": PASSWORD})
    assert mail.outbox == []
    assert [message.to for message in sent_mails(gera)] == [["neu@gera.example"]]


@pytest.mark.parametrize("path", ["anlegen/", "passwort/vergessen/"])
@pytest.mark.parametrize("known", [True, False])
def test_one_address_is_named_ten_times_a_day_and_the_answer_tells_nothing(gera: Any, path: str, known: bool) -> None:
    if known:
        account(gera, "ida@gera.example")
    answers = []
    for number in range(11):
        browser = Client(headers={"host": gera.primary_host}, REMOTE_ADDR=f"192.0.2.{number}")
        answers.append(browser.post(f"/konto/{path}", {"email": "Ida@gera.example", "password1": PASSWORD}))
    assert answers[-1].status_code == 429
    assert answers[0].status_code == 302
    if path == "anlegen/":
        assert [answer.status_code for answer in answers] == [302] * 10 + [429]
    assert "Sehen Sie in Ihr Postfach, oder versuchen Sie es morgen wieder." in text_of(answers[-1])
    assert len(sent_mails(gera)) <= 10


def test_a_new_password_is_asked_for_by_mail(portal: Any, gera: Any) -> None:
    account(gera, "ida@gera.example")
    portal.post("/konto/passwort/vergessen/", {"email": "ida@gera.example"})
    sent_mails(gera)
    assert mail.outbox[0].subject == "Neues Passwort wählen"
    assert re.search(r"http://gera\.localhost/konto/\S+", mail.outbox[0].body)


def test_staff_without_second_factor_is_offered_one_in_a_demo(portal: Any, gera: Any) -> None:
    account(gera, "amt@gera.example", UserKind.STAFF, "clerk")
    sign_in(portal, "amt@gera.example")
    assert "Jetzt einrichten" in text_of(portal.get("/konto/sicherheit/"))


def test_staff_without_second_factor_is_sent_to_set_one_up(portal: Any, gera: Any, settings: Any) -> None:
    settings.REQUIRE_SECOND_FACTOR = True
    account(gera, "amt@gera.example", UserKind.STAFF, "administrator")
    sign_in(portal, "amt@gera.example")
    refused = portal.get("/redaktion/")
    assert (refused.status_code, refused.headers["Location"]) == (302, "/konto/zweiter-faktor/")
    assert "Richten Sie zuerst einen zweiten Faktor ein" in text_of(portal.get("/konto/zweiter-faktor/"))
    account(gera, "ida@gera.example")
    citizen = Client(headers={"host": gera.primary_host})
    sign_in(citizen, "ida@gera.example")
    assert citizen.get("/konto/").status_code == 200


def test_an_app_is_set_up_with_a_qr_code_and_asked_for_at_the_next_sign_in(
    portal: Any, gera: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    # a code is good for 30 seconds by the clock, which might be over between reading and typing it
    monkeypatch.setattr("allauth.mfa.totp.internal.auth.time", SimpleNamespace(time=lambda: 1_800_000_000.0))
    user = account(gera, "amt@gera.example", UserKind.STAFF, "clerk")
    sign_in(portal, "amt@gera.example")
    asked = portal.get("/konto/2fa/totp/activate/", follow=True)
    assert "Bitte bestätigen Sie, dass Sie es sind" in text_of(asked)
    assert portal.post("/konto/bestaetigen/", {"password": PASSWORD}).status_code == 302
    page = portal.get("/konto/2fa/totp/activate/")
    assert page.status_code == 200, page.headers
    text = text_of(page)
    assert 'src="data:image/svg+xml' in text
    assert "img-src 'self' data:" in page.headers["Content-Security-Policy"]
    secret = page.context["form"].secret
    assert "Der Code stimmt nicht" in text_of(portal.post("/konto/2fa/totp/activate/", {"code": "000000"}))
    secret = portal.get("/konto/2fa/totp/activate/").context["form"].secret
    assert portal.post("/konto/2fa/totp/activate/", {"code": code_for(secret)}).status_code == 302
    with commune_scope(gera):
        assert Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).count() == 1
    for path in ("/konto/zweiter-faktor/", "/konto/2fa/recovery-codes/", "/konto/2fa/totp/deactivate/"):
        assert portal.get(path).status_code == 200
        text_of(portal.get(path))
    again = Client(headers={"host": gera.primary_host})
    asked = sign_in(again, "amt@gera.example")
    assert asked.headers["Location"] == "/konto/2fa/authenticate/"
    assert "Geben Sie den Code aus Ihrer App ein" in text_of(again.get("/konto/2fa/authenticate/"))
    assert again.get("/konto/").status_code == 302


@pytest.mark.parametrize(
    "path",
    ["passwort/", "adressen/", "zweiter-faktor/", "2fa/webauthn/add/", "2fa/webauthn/", "abmelden/", "bestaetigen/"],
)
def test_every_page_of_an_account_says_sie(portal: Any, gera: Any, path: str) -> None:
    account(gera, "ida@gera.example")
    sign_in(portal, "ida@gera.example")
    answer = portal.get(f"/konto/{path}", follow=True)
    assert answer.status_code == 200
    text_of(answer)


def test_signing_out_needs_a_post(portal: Any, gera: Any) -> None:
    account(gera, "ida@gera.example")
    sign_in(portal, "ida@gera.example")
    assert "Möchten Sie sich abmelden?" in text_of(portal.get("/konto/abmelden/"))
    assert portal.get("/konto/").status_code == 200
    portal.post("/konto/abmelden/")
    assert portal.get("/konto/").status_code == 302
