"""A second factor belongs to the session that used it, and guards its own removal."""

from __future__ import annotations

from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.test import Client

from tenants.accounts.models import User, UserKind
from tenants.communes.scope import commune_scope
from tests.factories.accounts import PASSWORD, SESSION_COOKIE_NAME, SIGN_IN, App, make_account, signed_in, visitor
from tests.factories.mails import sent_mails

INBOX = "/arbeitsplatz/"
ENROL = "/konto/2fa/totp/activate/"
REMOVE = "/konto/2fa/totp/deactivate/"
PASSWORD_PROOF = "/konto/bestaetigen/"
CODE_PROOF = "/konto/2fa/reauthenticate/"


@pytest.fixture(autouse=True)
def demanded(settings: Any) -> None:
    settings.REQUIRE_SECOND_FACTOR = True


@pytest.fixture
def clerk(gera: Any) -> User:
    return make_account(gera, "amt@gera.example", UserKind.STAFF, "clerk", "administrator")


def enrol(client: Client, app: App) -> Any:
    """Set the app up, proving who one is by password on the way."""
    client.get(ENROL)
    assert client.post(f"{PASSWORD_PROOF}?next={ENROL}", {"password": PASSWORD}).status_code == 302
    secret = client.get(ENROL).context["form"].secret
    app.secret = secret
    return client.post(ENROL, {"code": app.code()})


def test_a_session_opened_by_password_alone_is_over_when_the_account_gets_a_factor(
    gera: Any, clerk: User, app: App
) -> None:
    thief, owner = signed_in(gera, clerk), signed_in(gera, clerk)
    assert thief.get(INBOX)["Location"] == "/konto/zweiter-faktor/"
    assert enrol(owner, app).status_code == 302
    assert owner.get(INBOX).status_code == 200
    assert thief.get(INBOX)["Location"] == f"{SIGN_IN}?next=%2Farbeitsplatz%2F"
    assert thief.get("/konto/sicherheit/").status_code == 302
    assert thief.get("/api/v1/cases").status_code == 401


def test_a_session_that_is_older_than_the_factor_signs_in_again_whoever_ended_the_others(
    gera: Any, clerk: User, app: App
) -> None:
    """As sessions of the release before, whose enrolment ended nothing."""
    thief = signed_in(gera, clerk)
    app.give_to(gera, clerk)
    for path in (INBOX, "/redaktion/", "/konto/passwort/", "/konto/adressen/", "/konto/zweiter-faktor/"):
        assert thief.get(path)["Location"].startswith(SIGN_IN), path
    assert signed_in(gera, clerk, app=app).get(INBOX).status_code == 200


@pytest.mark.parametrize(
    "path", [INBOX, "/redaktion/", "/redaktion/pages/", "/redaktion/account/", "/konto/vorgaenge/"]
)
def test_without_a_factor_a_session_of_staff_opens_its_set_up_and_nothing_else(
    gera: Any, clerk: User, path: str
) -> None:
    client = signed_in(gera, clerk)
    answer = client.get(path)
    assert (answer.status_code, answer["Location"]) == (302, "/konto/zweiter-faktor/")
    assert "Richten Sie zuerst einen zweiten Faktor ein" in client.get("/konto/zweiter-faktor/").content.decode()


def test_without_a_factor_the_api_knows_nobody(gera: Any, clerk: User, app: App) -> None:
    assert signed_in(gera, clerk).get("/api/v1/cases").status_code == 401
    app.give_to(gera, clerk)
    assert signed_in(gera, clerk, app=app).get("/api/v1/cases").status_code == 200


def test_a_code_at_the_sign_in_opens_the_desk(gera: Any, clerk: User, app: App) -> None:
    app.give_to(gera, clerk)
    assert signed_in(gera, clerk, app=app).get(INBOX).status_code == 200


def test_a_password_alone_does_not_remove_the_factor(gera: Any, clerk: User, app: App) -> None:
    app.give_to(gera, clerk)
    client = signed_in(gera, clerk, app=app)
    assert client.get(REMOVE)["Location"].startswith(CODE_PROOF)
    answer = client.post(f"{PASSWORD_PROOF}?next={REMOVE}", {"password": PASSWORD})
    assert answer["Location"].startswith(CODE_PROOF)
    assert client.post(REMOVE).status_code == 302
    with commune_scope(gera):
        assert Authenticator.objects.filter(user=clerk).exists()
    assert client.post(f"{CODE_PROOF}?next={REMOVE}", {"code": app.code()}).status_code == 302
    assert client.post(REMOVE).status_code == 302
    with commune_scope(gera):
        assert not Authenticator.objects.filter(user=clerk).exists()


def test_who_removes_the_factor_has_to_set_up_another_before_working_on(gera: Any, clerk: User, app: App) -> None:
    app.give_to(gera, clerk)
    client, other = signed_in(gera, clerk, app=app), signed_in(gera, clerk, app=app)
    client.post(f"{CODE_PROOF}?next={REMOVE}", {"code": app.code()})
    client.post(REMOVE)
    assert client.get(INBOX)["Location"] == "/konto/zweiter-faktor/"
    assert other.get(INBOX)["Location"].startswith(SIGN_IN)


def test_a_citizen_may_do_without(gera: Any) -> None:
    assert signed_in(gera, make_account(gera, "ida@gera.example")).get("/konto/").status_code == 200


def test_a_session_key_that_was_there_before_signing_in_is_not_the_one_after(gera: Any, clerk: User, app: App) -> None:
    app.give_to(gera, clerk)
    client = visitor(gera)
    client.post(SIGN_IN, {"login": clerk.email, "password": PASSWORD})
    half = client.cookies[SESSION_COOKIE_NAME].value
    client.post("/konto/2fa/authenticate/", {"code": app.code()})
    whole = client.cookies[SESSION_COOKIE_NAME].value
    assert half != whole
    stranger = visitor(gera)
    stranger.cookies[SESSION_COOKIE_NAME] = half
    assert stranger.get(INBOX)["Location"].startswith(SIGN_IN)


def test_a_code_for_emergencies_is_told_and_ends_all_other_sessions(
    gera: Any, clerk: User, app: App, django_capture_on_commit_callbacks: Any
) -> None:
    app.give_to(gera, clerk)
    with commune_scope(gera):
        code = RecoveryCodes.activate(clerk).get_unused_codes()[0]
    elsewhere = signed_in(gera, clerk, app=app)
    client = visitor(gera)
    client.post(SIGN_IN, {"login": clerk.email, "password": PASSWORD})
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post("/konto/2fa/authenticate/", {"code": code}).status_code == 302
    assert client.get(INBOX).status_code == 200
    assert elsewhere.get(INBOX)["Location"].startswith(SIGN_IN)
    (message,) = sent_mails(gera)
    assert message.subject == "Ein Code für den Notfall wurde benutzt"
    assert "Es sind noch 9 frei." in message.body


def test_operators_are_asked_as_staff_is(console_client: Client, app: App, db: None) -> None:
    from console.actions import create_operator

    operator = create_operator(email="bettina@betrieb.example", password=PASSWORD)
    console_client.post(SIGN_IN, {"login": operator.email, "password": PASSWORD})
    assert console_client.get("/")["Location"] == "/konto/zweiter-faktor/"
    assert console_client.get("/protokoll/")["Location"] == "/konto/zweiter-faktor/"
    assert enrol(console_client, app).status_code == 302
    assert console_client.get("/").status_code == 200
    answer = console_client.post(f"{PASSWORD_PROOF}?next={REMOVE}", {"password": PASSWORD})
    assert answer["Location"].startswith(CODE_PROOF)


def test_a_passkey_counts_as_a_factor(gera: Any, clerk: User) -> None:
    """allauth notes a sign-in by passkey like this; a browser with a key is needed for the rest (see the journeys)."""
    with commune_scope(gera):
        key = Authenticator.objects.create(user=clerk, type=Authenticator.Type.WEBAUTHN, data={"credential": {}})
    client = signed_in_as_by_passkey(gera, clerk, key)
    assert client.get(INBOX).status_code == 200


def signed_in_as_by_passkey(commune: Any, user: User, key: Authenticator) -> Client:
    client = visitor(commune)
    with commune_scope(commune):
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        session = client.session
        note = {"method": "mfa", "at": 0, "id": key.pk, "type": "webauthn", "passwordless": True}
        session["account_authentication_methods"] = [note]
        session["account_authentication_methods_user"] = str(user.pk)
        session.save()
    return client
