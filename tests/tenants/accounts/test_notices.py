"""Mails about changes at an account: sent after the commit, in the commune's look and the reader's language."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib.sessions.models import Session
from django.core import mail
from django.db import transaction
from django.test import Client

from tenants.accounts.models import User, UserKind
from tenants.communes.scope import commune_scope, public_scope
from tests.factories.accounts import PASSWORD, App, make_account, signed_in
from tests.factories.mails import sent_mails

pytestmark = pytest.mark.commits
WORDS = "birne floß tor 8"
ENROL, REMOVE, RENEW = (
    f"/konto/2fa/{path}/" for path in ("totp/activate", "totp/deactivate", "recovery-codes/generate")
)


@pytest.fixture
def clerk(gera: Any) -> Iterator[User]:
    user = make_account(gera, "amt@gera.example", UserKind.STAFF, "clerk")
    yield user
    with commune_scope(gera):
        User.objects.filter(pk=user.pk).delete()
        Session.objects.all().delete()


def subjects(commune: Any) -> list[str]:
    found = [message.subject for message in sent_mails(commune)]
    mail.outbox.clear()
    return found


def enrol(client: Client, app: App) -> None:
    client.post(f"/konto/bestaetigen/?next={ENROL}", {"password": PASSWORD})
    app.secret = client.get(ENROL).context["form"].secret
    assert client.post(ENROL, {"code": app.code()}).status_code == 302


def test_every_change_of_the_second_factor_is_told(gera: Any, clerk: User, app: App) -> None:
    client = signed_in(gera, clerk)
    enrol(client, app)
    (message,) = sent_mails(gera)
    assert (message.to, message.from_email) == (["amt@gera.example"], '"Gera" <gera@localhost>')
    assert "eine App mit Einmalcodes eingerichtet" in message.body
    assert "Waren Sie das nicht?" in message.body
    assert "Von wo: 127.0.0.1" in message.body
    (html,) = message.alternatives
    assert "eine App mit Einmalcodes eingerichtet" in html.content
    assert "<table" in html.content
    assert subjects(gera) == ["Zweiter Faktor eingerichtet"]
    client.post("/konto/2fa/reauthenticate/?next=/konto/", {"code": app.code()})
    assert client.post(RENEW).status_code == 302
    assert subjects(gera) == ["Neue Codes für den Notfall"]
    assert client.post(REMOVE).status_code == 302
    assert subjects(gera) == ["Zweiter Faktor entfernt"]


def test_another_password_is_told(gera: Any, clerk: User) -> None:
    client = signed_in(gera, clerk)
    given = {"oldpassword": PASSWORD, "password1": WORDS, "password2": WORDS}
    assert client.post("/konto/passwort/", given).status_code == 302
    assert subjects(gera) == ["Ihr Passwort wurde geändert"]


def test_another_address_is_told_to_the_old_one(gera: Any, clerk: User) -> None:
    with commune_scope(gera):
        EmailAddress.objects.create(user=clerk, email="neu@gera.example", verified=True)
    client = signed_in(gera, clerk)
    client.post("/konto/bestaetigen/?next=/konto/adressen/", {"password": PASSWORD})
    client.post("/konto/adressen/", {"email": "neu@gera.example", "action_primary": ""})
    (message,) = sent_mails(gera)
    assert message.to == ["amt@gera.example"]
    assert "statt amt@gera.example jetzt neu@gera.example" in message.body
    mail.outbox.clear()
    client.post("/konto/adressen/", {"email": "amt@gera.example", "action_remove": ""})
    assert subjects(gera) == ["Eine E-Mail-Adresse wurde entfernt"]


def test_notices_speak_the_readers_language(gera: Any, clerk: User, app: App) -> None:
    with commune_scope(gera):
        User.objects.filter(pk=clerk.pk).update(language="en")
    enrol(signed_in(gera, clerk), app)
    (message,) = sent_mails(gera)
    assert message.subject == "Second factor set up"
    assert "Was this not you?" in message.body
    assert "Was this not you?" in message.alternatives[0].content
    mail.outbox.clear()


@pytest.fixture
def operator(committing: None) -> Iterator[User]:
    with public_scope(), transaction.atomic():
        user = User.objects.create_user("bettina@betrieb.example", PASSWORD, kind=UserKind.OPERATOR)
        EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    yield user
    with public_scope(), transaction.atomic():
        for model in (Authenticator, EmailAddress):
            model.objects.filter(user_id=user.pk).delete()
        Session.objects.all().delete()
        # not by cascade: cases, which name accounts, are no table of the platform's
        User.objects.filter(pk=user.pk)._raw_delete("default")


def test_operators_are_told_too(console_client: Client, operator: User, app: App) -> None:
    console_client.post("/konto/anmelden/", {"login": operator.email, "password": PASSWORD})
    enrol(console_client, app)
    assert [message.to for message in sent_mails(None)] == [["bettina@betrieb.example"]]
    assert subjects(None) == ["Zweiter Faktor eingerichtet"]
