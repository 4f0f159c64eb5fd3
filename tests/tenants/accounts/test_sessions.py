"""How long sessions last, and what ends them for good."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tenants.accounts.actions import change_colleague, invite_colleague, set_colleague_active
from tenants.accounts.models import User, UserKind
from tenants.accounts.tasks import tidy, tidy_commune
from tenants.communes.scope import commune_scope, public_scope
from tests.factories.accounts import PASSWORD, SESSION_COOKIE_NAME, SIGN_IN, make_account, signed_in

INBOX = "/arbeitsplatz/"
MINUTE, HOUR = 60, 3600


class Clock:
    """The time that sessions are measured by."""

    def __init__(self) -> None:
        self.now = 1_800_000_000

    def later(self, seconds: int) -> None:
        self.now += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr("tenants.accounts.sessions.time", SimpleNamespace(time=lambda: clock.now))
    return clock


@pytest.fixture
def clerk(gera: Any) -> User:
    return make_account(gera, "amt@gera.example", UserKind.STAFF, "clerk")


@pytest.fixture
def chief(gera: Any) -> User:
    return make_account(gera, "chefin@gera.example", UserKind.STAFF, "administrator")


def is_in(client: Client, path: str = INBOX) -> bool:
    """Whether somebody is signed in with this browser."""
    return bool(client.get(path).status_code == 200)


def rows(commune: Any) -> int:
    with commune_scope(commune):
        return Session.objects.count()


def test_staff_is_signed_out_after_an_hour_without_a_request(gera: Any, clerk: User, clock: Clock) -> None:
    client = signed_in(gera, clerk)
    for _half_hour in range(4):
        clock.later(30 * MINUTE)
        assert is_in(client)
    before = rows(gera)
    clock.later(HOUR + 1)
    assert not is_in(client)
    assert rows(gera) == before - 1
    assert "Sie waren eine Weile nicht aktiv." in client.get(SIGN_IN).content.decode()


def test_staff_is_signed_out_after_twelve_hours_of_work(gera: Any, clerk: User, clock: Clock) -> None:
    client = signed_in(gera, clerk)
    for _half_hour in range(24):
        clock.later(30 * MINUTE)
        assert is_in(client)
    clock.later(1)
    assert not is_in(client)


def test_the_api_knows_the_same_limits(gera: Any, clerk: User, clock: Clock) -> None:
    client = signed_in(gera, clerk)
    assert client.get("/api/v1/cases").status_code == 200
    clock.later(HOUR + 1)
    assert client.get("/api/v1/cases").status_code == 401


def test_operators_are_signed_out_after_half_an_hour(console_client: Client, clock: Clock) -> None:
    from console.actions import create_operator

    operator = create_operator(email="bettina@betrieb.example", password=PASSWORD)
    console_client.post(SIGN_IN, {"login": operator.email, "password": PASSWORD})
    clock.later(30 * MINUTE)
    assert is_in(console_client, "/")
    clock.later(30 * MINUTE + 1)
    assert not is_in(console_client, "/")


def test_operators_are_signed_out_after_eight_hours(console_client: Client, clock: Clock) -> None:
    from console.actions import create_operator

    operator = create_operator(email="bettina@betrieb.example", password=PASSWORD)
    console_client.post(SIGN_IN, {"login": operator.email, "password": PASSWORD})
    for _quarter in range(8 * 4):
        clock.later(15 * MINUTE)
        assert is_in(console_client, "/")
    clock.later(1)
    assert not is_in(console_client, "/")


def test_citizens_stay_signed_in(gera: Any, clock: Clock) -> None:
    client = signed_in(gera, make_account(gera, "ida@gera.example"))
    clock.later(13 * 24 * HOUR)
    assert is_in(client, "/konto/")


def test_a_session_of_the_release_before_begins_when_it_is_first_seen(gera: Any, clerk: User, clock: Clock) -> None:
    client = signed_in(gera, clerk)
    with commune_scope(gera):
        session = client.session
        del session["account_signed_in_at"], session["account_seen_at"]
        session.save()
    clock.later(24 * HOUR)
    assert is_in(client)
    clock.later(HOUR + 1)
    assert not is_in(client)


def test_signing_in_again_begins_anew(gera: Any, clerk: User, clock: Clock) -> None:
    client = signed_in(gera, clerk)
    clock.later(59 * MINUTE)
    client.post("/konto/abmelden/")
    client.post(SIGN_IN, {"login": clerk.email, "password": PASSWORD})
    clock.later(59 * MINUTE)
    assert is_in(client)


def test_a_clock_that_is_set_back_ends_nothing(gera: Any, clerk: User, clock: Clock) -> None:
    client = signed_in(gera, clerk)
    clock.later(-24 * HOUR)
    assert is_in(client)


def statements(client: Client, path: str, word: str) -> list[str]:
    with CaptureQueriesContext(connection) as queries:
        assert client.get(path).status_code == 200
    return [query["sql"] for query in queries if f'{word} "django_session"' in query["sql"]]


def test_a_session_is_written_at_most_once_a_minute(gera: Any, clerk: User, clock: Clock) -> None:
    client = signed_in(gera, clerk)
    clock.later(59)
    assert statements(client, INBOX, "UPDATE") == []
    clock.later(1)
    assert len(statements(client, INBOX, "UPDATE")) == 1
    assert statements(client, INBOX, "UPDATE") == []


def test_visitors_without_a_session_cost_no_statement_for_one(portal: Client, gera: Any) -> None:
    with CaptureQueriesContext(connection) as queries:
        portal.get("/konto/anmelden/")
    assert [query["sql"] for query in queries if "django_session" in query["sql"]] == []
    assert [query["sql"] for query in queries if "mfa_authenticator" in query["sql"]] == []


def test_blocking_deletes_sessions_and_opening_revives_none(gera: Any, clerk: User, chief: User) -> None:
    clients = [signed_in(gera, clerk), signed_in(gera, clerk)]
    before = rows(gera)
    with commune_scope(gera):
        set_colleague_active(actor=chief, user=clerk, active=False)
    assert rows(gera) == before - 2
    assert not any(map(is_in, clients))
    with commune_scope(gera):
        set_colleague_active(actor=chief, user=clerk, active=True)
    assert not any(map(is_in, clients))
    assert [client.get("/api/v1/cases").status_code for client in clients] == [401, 401]
    assert is_in(signed_in(gera, clerk))


def test_a_session_whose_row_came_back_is_not_revived_either(gera: Any, clerk: User, chief: User) -> None:
    """As by a request that was saving it at that moment."""
    client = signed_in(gera, clerk)
    with commune_scope(gera):
        key = client.cookies[SESSION_COOKIE_NAME].value
        (kept,) = Session.objects.filter(pk=key).values()
        set_colleague_active(actor=chief, user=clerk, active=False)
        set_colleague_active(actor=chief, user=clerk, active=True)
        Session.objects.create(**kept)
    assert not is_in(client)


def test_blocking_one_signs_out_nobody_else(gera: Any, wurzen: Any, clerk: User, chief: User) -> None:
    other = signed_in(gera, make_account(gera, "kollegin@gera.example", UserKind.STAFF, "clerk"))
    namesake = signed_in(wurzen, make_account(wurzen, clerk.email, UserKind.STAFF, "clerk"))
    with commune_scope(gera):
        set_colleague_active(actor=chief, user=clerk, active=False)
    assert is_in(other)
    assert is_in(namesake)


def test_other_tasks_sign_a_colleague_out(gera: Any, clerk: User, chief: User) -> None:
    client = signed_in(gera, clerk)
    with commune_scope(gera):
        change_colleague(actor=chief, user=clerk, name="Neuer Name", groups=["clerk"])
    assert is_in(client)
    with commune_scope(gera):
        change_colleague(actor=chief, user=clerk, name="Neuer Name", groups=["editor"])
    assert client.get("/redaktion/")["Location"].startswith(SIGN_IN)


def test_who_gives_themselves_another_task_goes_on_under_another_key(gera: Any, chief: User) -> None:
    client, elsewhere = signed_in(gera, chief), signed_in(gera, chief)
    before = client.cookies[SESSION_COOKIE_NAME].value
    page = f"/arbeitsplatz/personal/{chief.pk}/"
    client.post(page, {"name": "Karl", "groups": ["administrator", "clerk"]})
    assert client.cookies[SESSION_COOKIE_NAME].value != before
    assert is_in(client)
    assert not is_in(elsewhere)


def test_who_becomes_staff_signs_in_again(gera: Any, chief: User) -> None:
    citizen = make_account(gera, "ida@gera.example")
    client = signed_in(gera, citizen)
    with commune_scope(gera):
        invite_colleague(actor=chief, email=citizen.email, name="Ida", groups=["clerk"])
    assert not is_in(client, "/konto/")


def test_another_password_ends_all_other_sessions(gera: Any, clerk: User) -> None:
    client, elsewhere = signed_in(gera, clerk), signed_in(gera, clerk)
    before = client.cookies[SESSION_COOKIE_NAME].value
    words = "birne floß tor 8"
    client.post("/konto/passwort/", {"oldpassword": PASSWORD, "password1": words, "password2": words})
    assert is_in(client)
    assert client.cookies[SESSION_COOKIE_NAME].value != before
    assert not is_in(elsewhere)


def test_another_address_ends_all_other_sessions(gera: Any, clerk: User) -> None:
    with commune_scope(gera):
        EmailAddress.objects.create(user=clerk, email="neu@gera.example", verified=True)
    client, elsewhere = signed_in(gera, clerk), signed_in(gera, clerk)
    client.post("/konto/bestaetigen/?next=/konto/adressen/", {"password": PASSWORD})
    before = client.cookies[SESSION_COOKIE_NAME].value
    client.post("/konto/adressen/", {"email": "neu@gera.example", "action_primary": ""})
    with commune_scope(gera):
        assert User.objects.get(pk=clerk.pk).email == "neu@gera.example"
    assert is_in(client)
    assert client.cookies[SESSION_COOKIE_NAME].value != before
    assert not is_in(elsewhere)


def test_a_stolen_session_adds_no_address_without_the_password(gera: Any, clerk: User) -> None:
    client = signed_in(gera, clerk)
    answer = client.post("/konto/adressen/", {"email": "dieb@example.org", "action_add": ""})
    assert answer["Location"].startswith("/konto/bestaetigen/")
    with commune_scope(gera):
        assert EmailAddress.objects.filter(email="dieb@example.org").count() == 0


def test_sessions_that_ended_are_forgotten_everywhere_and_others_stay(gera: Any, wurzen: Any) -> None:
    kept = []
    for scope in (commune_scope(gera), commune_scope(wurzen), public_scope()):
        with scope:
            for days in (-1, 1):
                store = SessionStore()
                store.set_expiry(days * 86400)
                store.create()
                kept += [store.session_key] if days > 0 else []
    tidy()
    for schema in (gera.schema, wurzen.schema):
        tidy_commune(schema=schema)
    left = []
    for scope in (commune_scope(gera), commune_scope(wurzen), public_scope()):
        with scope:
            left += Session.objects.values_list("pk", flat=True)
    assert sorted(left) == sorted(kept)
