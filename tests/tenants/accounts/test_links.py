"""Links to choose a password: one account, one commune, once. And what a password must be."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

import pytest
from allauth.account.models import EmailAddress
from console.actions import create_operator
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client

from tenants.accounts.actions import invite_colleague, set_colleague_active
from tenants.accounts.invitations import invitation_address
from tenants.accounts.models import User, UserKind
from tenants.accounts.starter import prepare
from tenants.communes.scope import commune_scope
from tenants.communes.starters import StarterBrief
from tests.factories.accounts import PASSWORD, SIGN_IN, make_account, signed_in, visitor
from tests.factories.mails import sent_mails

WORDS = "birne floß tor 8"
NOT_ANY_MORE = "Der Link gilt nicht mehr"


def advisor(commune: Any) -> User:
    """Somebody with the same number and address in every commune, as the first administrator has them."""
    with commune_scope(commune):
        user = User.objects.create(pk=900, email="beratung@example.org", kind=UserKind.STAFF, password="!")
        EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def link(commune: Any, user: User) -> str:
    with commune_scope(commune):
        return urlsplit(invitation_address(user)).path


def opened(client: Client, path: str) -> Any:
    return client.get(path, follow=True)


def choose(client: Client, page: Any) -> Any:
    return client.post(page.request["PATH_INFO"], {"password1": WORDS, "password2": WORDS})


def test_a_link_of_one_commune_opens_nothing_in_another(gera: Any, wurzen: Any) -> None:
    here, there = advisor(gera), advisor(wurzen)
    assert here.pk == there.pk
    path = link(gera, here)
    answer = opened(visitor(wurzen), path)
    assert answer.status_code == 200
    assert NOT_ANY_MORE in answer.content.decode()
    assert "password1" not in answer.content.decode()
    assert "password1" in opened(visitor(gera), path).content.decode()


def test_an_operators_link_opens_nothing_at_a_portal(gera: Any, console_client: Client) -> None:
    user = advisor(gera)
    User.objects.create(pk=900, email=user.email, kind=UserKind.OPERATOR, password="!")
    answer = opened(console_client, link(gera, user))
    assert NOT_ANY_MORE in answer.content.decode()


def test_an_invitation_works_once_and_a_second_tab_says_so(gera: Any) -> None:
    user = advisor(gera)
    path = link(gera, user)
    one, other = visitor(gera), visitor(gera)
    page, same = opened(one, path), opened(other, path)
    assert choose(one, page).status_code == 302
    late = choose(other, same)
    assert late.status_code == 200
    assert NOT_ANY_MORE in late.content.decode()
    assert NOT_ANY_MORE in opened(visitor(gera), path).content.decode()
    assert one.post(SIGN_IN, {"login": user.email, "password": WORDS}).status_code == 302


def test_a_link_ends_when_the_account_is_blocked(gera: Any) -> None:
    chief = make_account(gera, "chefin@gera.example", UserKind.STAFF, "administrator")
    user = advisor(gera)
    path = link(gera, user)
    with commune_scope(gera):
        set_colleague_active(actor=chief, user=user, active=False)
        set_colleague_active(actor=chief, user=user, active=True)
    assert NOT_ANY_MORE in opened(visitor(gera), path).content.decode()


def test_a_link_ends_when_a_citizen_becomes_staff(gera: Any) -> None:
    chief = make_account(gera, "chefin@gera.example", UserKind.STAFF, "administrator")
    user = make_account(gera, "ida@gera.example")
    path = link(gera, user)
    with commune_scope(gera):
        invite_colleague(actor=chief, email=user.email, name="Ida", groups=["clerk"])
    assert NOT_ANY_MORE in opened(visitor(gera), path).content.decode()


def first_administrator(commune: Any) -> str:
    brief = StarterBrief(commune=commune, admin_email="Erste@example.org", brand={}, bundle=(), facts={}, demo=False)
    with commune_scope(commune):
        prepare(brief)
        return User.objects.get(email="erste@example.org").password


def invited_colleague(commune: Any) -> str:
    chief = make_account(commune, "chefin@example.org", UserKind.STAFF, "administrator")
    with commune_scope(commune):
        return invite_colleague(actor=chief, email="neu@example.org", name="Neu", groups=["clerk"]).password


def unconfirmed_citizen(commune: Any) -> str:
    chief = make_account(commune, "leitung@example.org", UserKind.STAFF, "administrator")
    with commune_scope(commune):
        User.objects.create_user("offen@example.org", PASSWORD)
        return invite_colleague(actor=chief, email="offen@example.org", name="", groups=["clerk"]).password


def plain_account(commune: Any) -> str:
    with commune_scope(commune):
        return User.objects.create_user("ohne@example.org").password


@pytest.mark.parametrize("make", [first_administrator, invited_colleague, unconfirmed_citizen, plain_account])
def test_no_two_accounts_without_a_password_are_alike(gera: Any, wurzen: Any, make: Any) -> None:
    here, there = make(gera), make(wurzen)
    assert here.startswith("!")
    assert len(here) > 30
    assert here != there


def test_an_operator_without_a_password_is_like_no_other(db: None) -> None:
    one, other = create_operator(email="eine@example.org"), create_operator(email="andere@example.org")
    assert one.password != other.password
    assert len(one.password) > 30


def test_the_release_gives_every_account_without_a_password_a_value_of_its_own(gera: Any) -> None:
    from importlib import import_module

    migration = import_module("tenants.accounts.migrations.0003_session_stamp_and_random_passwords")
    with commune_scope(gera):
        for name in ("eins", "zwei"):
            User.objects.create(email=f"{name}@example.org", kind=UserKind.STAFF, password="!")
        kept = make_account(gera, "ida@gera.example").password
        with connection.cursor() as cursor:
            cursor.execute(migration.RANDOM)
        stored = dict(User.objects.filter(email__contains="@").values_list("email", "password"))
    assert stored["eins@example.org"] != stored["zwei@example.org"]
    assert all(len(stored[f"{name}@example.org"]) == 65 for name in ("eins", "zwei"))
    assert stored["ida@gera.example"] == kept
    assert not User(password=stored["eins@example.org"]).has_usable_password()


SHORT = "kahn turm 7"


def test_staff_needs_twelve_characters_and_is_told_so(gera: Any) -> None:
    client = visitor(gera)
    page = opened(client, link(gera, advisor(gera)))
    assert "Mindestens 12 Zeichen" in page.content.decode()
    answer = client.post(page.request["PATH_INFO"], {"password1": SHORT, "password2": SHORT})
    assert "mindestens 12 Zeichen" in answer.content.decode()
    assert choose(client, page).status_code == 302


def test_staff_does_not_change_to_a_short_password(gera: Any) -> None:
    client = signed_in(gera, make_account(gera, "amt@gera.example", UserKind.STAFF, "clerk"))
    assert "Mindestens 12 Zeichen" in client.get("/konto/passwort/").content.decode()
    given = {"oldpassword": PASSWORD, "password1": SHORT, "password2": SHORT}
    assert "mindestens 12 Zeichen" in client.post("/konto/passwort/", given).content.decode()


def test_operators_need_twelve_characters(db: None) -> None:
    with pytest.raises(ValidationError, match="mindestens 12 Zeichen"):
        create_operator(email="bettina@betrieb.example", password=SHORT)


@pytest.mark.parametrize(("password", "status"), [("geheim1", 200), ("passwort", 200), ("kahn-t7x", 302)])
def test_citizens_need_eight_that_are_not_common(portal: Client, password: str, status: int) -> None:
    assert "Mindestens 8 Zeichen" in portal.get("/konto/anlegen/").content.decode()
    answer = portal.post("/konto/anlegen/", {"email": "neu@gera.example", "password1": password})
    assert answer.status_code == status


def test_a_forgotten_password_is_chosen_anew_by_mail(portal: Client, gera: Any) -> None:
    make_account(gera, "ida@gera.example")
    portal.post("/konto/passwort/vergessen/", {"email": "ida@gera.example"})
    found = re.search(r"http://gera\.localhost(/konto/\S+)", sent_mails(gera)[0].body)
    assert found is not None
    page = opened(portal, found.group(1))
    assert choose(portal, page).status_code == 302
    assert portal.post(SIGN_IN, {"login": "ida@gera.example", "password": WORDS}).status_code == 302
