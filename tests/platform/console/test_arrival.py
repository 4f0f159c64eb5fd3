"""A commune whose first invitation did not arrive: only the operator can mend that, so the console says it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.test import Client

from tenants.accounts.invitations import FAILED, INVITED, invitation_address, invite
from tenants.accounts.models import User, UserKind
from tenants.accounts.tasks import invite_administrator
from tenants.communes.models import AuditEntry, Commune
from tenants.communes.scope import commune_scope
from tenants.mails.models import OutgoingMail
from tests.factories.accounts import make_account, signed_in
from tests.factories.mails import send_waiting_mails
from tests.servers.smtp import MailServer, mail_server

PAGE = "/kommunen/gera/"
TYPED = "burgermeisterin@gera.example"
RIGHT = "buergermeisterin@gera.example"
SAID = "Die Einladung kam nicht an."
ATTENTION = "/?filter=attention"


@pytest.fixture
def server(settings: Any) -> Iterator[MailServer]:
    """A real mail server that knows no such mailbox, until it is told otherwise."""
    with mail_server() as server:
        settings.EMAIL_BACKEND = "tenants.mails.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", server.port, 5
        server.to_recipient = [f"550 <{TYPED}> no such user"]
        yield server


@pytest.fixture
def unreached(gera: Any, server: MailServer) -> User:
    """The first administrator, at an address that does not exist."""
    with commune_scope(gera):
        user = User.objects.create_user(TYPED, kind=UserKind.STAFF)
        user.groups.add(Group.objects.get(name="administrator"))
        invite(user_id=user.pk)
        assert send_waiting_mails() == 0
    Commune.objects.filter(schema_name="gera").update(last_activity_at=None)
    return user


def order(console: Client, email: str) -> str:
    """What the console answers, after the worker has done what it was told."""
    answer = console.post(f"{PAGE}einladen/", {"email": email}, follow=True).content.decode()
    assert "ist unterwegs." in answer
    invite_administrator(schema="gera", email=email.lower(), inviter="bettina@betrieb.example")
    return answer


def address_of(user: User, commune: Any) -> str:
    with commune_scope(commune):
        return User.objects.get(pk=user.pk).email


def test_the_operator_sees_it_and_invites_the_right_address(
    console: Client, gera: Any, unreached: User, server: MailServer
) -> None:
    with commune_scope(gera):
        link = invitation_address(unreached).split("localhost", 1)[1].partition("/")[2]
    visitor = Client(headers={"host": gera.primary_host})
    assert b'name="password1"' in visitor.get(f"/{link}", follow=True).content
    assert PAGE in console.get(ATTENTION).content.decode()
    page = console.get(PAGE).content.decode()
    assert SAID in page
    assert "no such user" in page
    # until the worker has done it, the page goes on to say it
    assert SAID in order(console, RIGHT.upper())
    assert SAID not in console.get(PAGE).content.decode()
    assert PAGE not in console.get(ATTENTION).content.decode()
    with commune_scope(gera):
        assert send_waiting_mails() == 1
        mails = OutgoingMail.objects.filter(cause__startswith="accounts/invitation/")
        assert list(mails.order_by("pk").values_list("state", flat=True)) == ["failed", "sent"]
    assert address_of(unreached, gera) == RIGHT
    assert AuditEntry.objects.get(target="gera", verb=INVITED).actor == "bettina@betrieb.example"
    # whoever has the mistyped mailbox some day gets in no more
    assert b'name="password1"' not in visitor.get(f"/{link}", follow=True).content
    # delivered twice, it is one mail
    assert invite_administrator(schema="gera", email=RIGHT, inviter="bettina@betrieb.example") is False


def test_an_invitation_that_fails_again_is_told_again(
    console: Client, gera: Any, unreached: User, server: MailServer
) -> None:
    server.to_recipient = ["550 mailbox closed"]
    order(console, TYPED)
    with commune_scope(gera):
        assert send_waiting_mails() == 0
    page = console.get(PAGE).content.decode()
    assert (SAID in page, "mailbox closed" in page) == (True, True)


def test_the_record_says_that_without_an_address(console: Client, unreached: User) -> None:
    act = AuditEntry.objects.get(target="gera", verb=FAILED)
    assert (act.actor, act.detail["account"]) == ("system", unreached.pk)
    assert "550 <…> no such user" in act.detail["reason"]
    assert "Einladung kam nicht an" in console.get("/protokoll/").content.decode()


@pytest.mark.parametrize("email", ["", "kein postfach"])
def test_what_is_no_address_is_said_in_the_form(console: Client, gera: Any, unreached: User, email: str) -> None:
    answer = console.post(f"{PAGE}einladen/", {"email": email})
    assert (answer.status_code, SAID in answer.content.decode()) == (422, True)


def test_an_address_that_another_account_has_is_not_given_away(console: Client, gera: Any, unreached: User) -> None:
    make_account(gera, "ida@gera.example")
    order(console, "ida@gera.example")
    assert address_of(unreached, gera) == TYPED
    assert "hat hier schon ein anderes Konto" in console.get(PAGE).content.decode()


def test_where_somebody_can_sign_in_the_commune_invites_itself(console: Client, gera: Any, unreached: User) -> None:
    chief = make_account(gera, "chefin@gera.example", UserKind.STAFF, "administrator")
    order(console, RIGHT)
    assert address_of(unreached, gera) == TYPED
    signed_in(gera, chief)
    assert SAID not in console.get(PAGE).content.decode()
    assert PAGE not in console.get(ATTENTION).content.decode()


def test_nobody_but_an_operator_orders_it(console_client: Client, unreached: User) -> None:
    answer = console_client.post(f"{PAGE}einladen/", {"email": RIGHT})
    assert answer["Location"].startswith("/konto/anmelden/")
