"""An administrator looks after colleagues' accounts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import Group
from django.core import mail

from tenants.accounts.models import User, UserKind
from tenants.accounts.tasks import send_invitation
from tenants.communes.models import AuditEntry
from tenants.communes.scope import commune_scope
from tests.factories.mails import send_waiting_mails
from tests.servers.smtp import MailServer, mail_server

PASSWORD = "apfel kahn turm 7"


def staff_account(commune: Any, email: str, group: str) -> User:
    with commune_scope(commune):
        user = User.objects.create_user(email, PASSWORD, kind=UserKind.STAFF, name="Karl Vorlage")
        EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
        user.groups.add(Group.objects.get(name=group))
    return user


@pytest.fixture
def administrator(portal: Any, gera: Any) -> User:
    """Signed in on `portal`."""
    user = staff_account(gera, "chefin@gera.example", "administrator")
    portal.post("/konto/anmelden/", {"login": user.email, "password": PASSWORD})
    return user


@pytest.fixture
def refusing(settings: Any) -> Iterator[MailServer]:
    """A real mail server that all mails go to; it answers what it is told to."""
    with mail_server() as server:
        settings.EMAIL_BACKEND = "tenants.mails.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", server.port, 5
        yield server


def test_a_colleague_is_invited_and_recorded_without_a_name(portal: Any, gera: Any, administrator: User) -> None:
    answer = portal.post(
        "/arbeitsplatz/personal/einladen/",
        {"email": "Neu@gera.example", "name": "Ida Muster", "groups": ["clerk", "editor"]},
        follow=True,
    )
    assert "Die Einladung an neu@gera.example ist unterwegs." in answer.content.decode()
    with commune_scope(gera):
        user = User.objects.get(email="neu@gera.example")
        assert (user.kind, user.group_names) == (UserKind.STAFF, {"clerk", "editor"})
    entry = AuditEntry.objects.get(verb="staff.invited")
    assert (entry.target, entry.detail) == ("gera", {"account": user.pk, "groups": ["clerk", "editor"]})
    assert send_invitation(schema="gera", user_id=user.pk) is False, "the action has written it"
    with commune_scope(gera):
        assert send_waiting_mails() == 1
    assert mail.outbox[-1].to == ["neu@gera.example"]


@pytest.mark.parametrize("confirmed", [True, False], ids=["confirmed", "unconfirmed"])
def test_an_account_made_before_the_invitation_keeps_its_password_only_if_its_address_was_confirmed(
    portal: Any, gera: Any, administrator: User, confirmed: bool
) -> None:
    from django.test import Client

    with commune_scope(gera):
        user = User.objects.create_user("neu@gera.example", PASSWORD, name="Wer auch immer")
        EmailAddress.objects.create(user=user, email=user.email, verified=confirmed, primary=True)
        Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={"secret": "x"})
    portal.post(
        "/arbeitsplatz/personal/einladen/", {"email": "neu@gera.example", "name": "Ida Muster", "groups": ["clerk"]}
    )
    send_invitation(schema="gera", user_id=user.pk)
    with commune_scope(gera):
        user.refresh_from_db()
        assert user.kind == UserKind.STAFF
        assert user.check_password(PASSWORD) is confirmed
        assert Authenticator.objects.filter(user=user).exists() is confirmed
    client = Client(headers={"host": gera.primary_host})
    answer = client.post("/konto/anmelden/", {"login": user.email, "password": PASSWORD})
    assert (answer.status_code == 302) is confirmed


def test_somebody_who_is_staff_is_not_invited_again_by_the_form(portal: Any, administrator: User) -> None:
    answer = portal.post(
        "/arbeitsplatz/personal/einladen/", {"email": administrator.email, "name": "Karl", "groups": ["clerk"]}
    )
    assert answer.status_code == 422
    assert "gehört schon zum Personal" in answer.content.decode()


def test_a_blocked_colleague_cannot_sign_in(portal: Any, gera: Any, administrator: User) -> None:
    from django.test import Client

    user = staff_account(gera, "amt@gera.example", "clerk")
    portal.post(f"/arbeitsplatz/personal/{user.pk}/sperren/")
    client = Client(headers={"host": gera.primary_host})
    client.post("/konto/anmelden/", {"login": user.email, "password": PASSWORD})
    assert client.get("/konto/sicherheit/").status_code == 302
    portal.post(f"/arbeitsplatz/personal/{user.pk}/oeffnen/")
    client.post("/konto/anmelden/", {"login": user.email, "password": PASSWORD})
    assert client.get("/konto/sicherheit/").status_code == 200


def test_nobody_locks_themselves_out(portal: Any, gera: Any, administrator: User) -> None:
    answer = portal.post(f"/arbeitsplatz/personal/{administrator.pk}/", {"name": "Karl", "groups": ["clerk"]})
    assert "nicht selbst entziehen" in answer.content.decode()
    portal.post(f"/arbeitsplatz/personal/{administrator.pk}/sperren/")
    with commune_scope(gera):
        assert User.objects.get(pk=administrator.pk).is_active


def test_a_clerk_sees_no_accounts(portal: Any, gera: Any) -> None:
    staff_account(gera, "amt@gera.example", "clerk")
    portal.post("/konto/anmelden/", {"login": "amt@gera.example", "password": PASSWORD})
    assert portal.get("/arbeitsplatz/personal/").status_code == 403


def test_every_screen_opens_for_an_administrator(portal: Any, administrator: User) -> None:
    for path in ("", "einladen/", f"{administrator.pk}/"):
        assert portal.get(f"/arbeitsplatz/personal/{path}").status_code == 200


def test_an_invitation_that_did_not_arrive_is_seen_by_who_invited(
    portal: Any, gera: Any, administrator: User, refusing: MailServer
) -> None:
    refusing.to_recipient = ["550 no such user"]
    portal.post(
        "/arbeitsplatz/personal/einladen/", {"name": "Tom Neu", "email": "tom@gera.example", "groups": ["clerk"]}
    )
    with commune_scope(gera):
        tom = User.objects.get(email="tom@gera.example")
        assert send_waiting_mails() == 0
    page = f"/arbeitsplatz/personal/{tom.pk}/"
    assert "Einladung kam nicht an" in portal.get("/arbeitsplatz/personal/").content.decode()
    assert "550 no such user" in portal.get(page).content.decode()

    portal.post(f"{page}einladen/")
    with commune_scope(gera):
        assert send_waiting_mails() == 1
    assert "Einladung kam nicht an" not in portal.get("/arbeitsplatz/personal/").content.decode()
    assert "550" not in portal.get(page).content.decode()
