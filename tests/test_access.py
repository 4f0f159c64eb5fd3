"""Every address, by everybody, with the second factor demanded: who gets in, and that no cache keeps what they see."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from tenants.accounts.access import PUBLIC, SIGNED_IN, may
from tenants.accounts.middleware import access_of
from tenants.accounts.models import User, UserKind
from tenants.accounts.second_factor import SET_UP_VIEWS
from tenants.communes.scope import commune_scope
from tests.factories.accounts import PASSWORD, SIGN_IN, App, make_account, signed_in, visitor
from tests.test_urls import addresses

SET_UP = "/konto/zweiter-faktor/"
GROUPS = ("clerk", "editor", "administrator")
VALUES = {
    "int": "1",
    "uuid": "00000000-0000-0000-0000-000000000000",
    "slug": "bewohnerparkausweis",
    "str": "abc",
    "path": "images/abc.png",
    "": "abc",
}
# what a regular expression allows
EXPRESSIONS = {"[0-9a-f]{6,64}": "abcdef", r"\d+": "1", "(?:[\\w\\-]+/)*": "seite/", ".*": "x.pdf"}


def concrete(route: str) -> str:
    """An address of a route, with some value for each parameter."""
    path = re.sub(r"<(?:(\w+):)?\w+>", lambda found: VALUES[found[1] or ""], re.sub(r"\(\?P<\w+>", "(", route))
    path = path.replace("((?:[\\w\\-]+/)*)", "seite/")
    path = re.sub(r"\(([^()]*)\)", lambda found: EXPRESSIONS.get(found[1], found[1].split("|")[0]), path)
    path = re.sub(r"\[[^]]+\]\+|\.\+", "abc", path)
    return "/" + re.sub(r"[\^$]|\\Z|\\", "", path)


def known(kind: str) -> list[tuple[str, str]]:
    """The addresses of a kind of host with what each declares. Signing out and Django's own files are left out."""
    found: dict[str, str] = {}
    for route, view in addresses(kind):
        if "logout" not in route and "abmelden" not in route and not view.__module__.startswith("django.views.static"):
            found.setdefault(concrete(route), str(access_of(view)))  # the first of two answers
    return sorted(found.items())


@pytest.fixture(autouse=True)
def demanded(settings: Any) -> None:
    settings.REQUIRE_SECOND_FACTOR = True


@pytest.fixture
def app(monkeypatch: pytest.MonkeyPatch) -> App:
    return App(monkeypatch)


def open_all(client: Client, kind: str) -> list[tuple[str, str, Any]]:
    client.raise_request_exception = False
    return [(path, access, client.get(path)) for path, access in known(kind)]


def faults_of_the_unknown(opened: list[tuple[str, str, Any]], sent_to: str) -> list[str]:
    """What was not public and opened all the same."""
    return [
        f"{path}: {answer.status_code} {answer.headers.get('Location', '')}"
        for path, access, answer in opened
        if access != PUBLIC and not (answer.status_code == 302 and answer["Location"].startswith(sent_to))
    ]


def faults_of_the_known(opened: list[tuple[str, str, Any]], user: User) -> list[str]:
    """What opened to whom it should not, what refused whom it should let in, and what a cache may keep."""
    found = []
    for path, access, answer in opened:
        allowed = access in (PUBLIC, SIGNED_IN) or may(user, access)
        sent_away = answer.status_code == 302 and answer["Location"].startswith((SIGN_IN, SET_UP))
        if access != PUBLIC and allowed and sent_away:
            found.append(f"{path}: sent away")
        if not allowed and answer.status_code not in (403, 404):
            found.append(f"{path}: {answer.status_code} without {access}")
        if access != PUBLIC and "no-store" not in answer.headers.get("Cache-Control", ""):
            found.append(f"{path}: {answer.headers.get('Cache-Control')}")
    return found


def test_there_is_enough_to_open() -> None:
    assert len(known("portal")) > 250
    assert len([path for path, access in known("console") if access != PUBLIC]) > 20


def test_strangers_are_sent_to_the_sign_in(gera: Any) -> None:
    assert faults_of_the_unknown(open_all(visitor(gera), "portal"), SIGN_IN) == []


def test_without_its_factor_a_session_of_staff_is_a_strangers(gera: Any) -> None:
    user = make_account(gera, "amt@gera.example", UserKind.STAFF, *GROUPS)
    opened = open_all(signed_in(gera, user), "portal")
    stranger = visitor(gera)
    # its own page and the password are part of setting up
    mine = [entry for entry in opened if entry[0] != "/konto/sicherheit/"]
    assert faults_of_the_unknown(mine, SET_UP) == []
    stranger.raise_request_exception = False
    differing = [
        path
        for path, access, answer in opened
        if access == PUBLIC
        and getattr(answer.resolver_match, "view_name", "") not in SET_UP_VIEWS
        and answer.status_code != stranger.get(path).status_code
    ]
    assert differing == []


@pytest.mark.parametrize("groups", [(), *((name,) for name in GROUPS)], ids=["citizen", *GROUPS])
def test_with_the_factor_everybody_gets_what_they_may_and_no_cache_keeps_it(
    gera: Any, app: App, groups: tuple[str, ...]
) -> None:
    user = make_account(gera, "wer@gera.example", UserKind.STAFF if groups else UserKind.CITIZEN, *groups)
    app.give_to(gera, user)
    opened = open_all(signed_in(gera, user, app=app), "portal")
    with commune_scope(gera):
        assert faults_of_the_known(opened, user) == []


def operator_account() -> User:
    from console.actions import create_operator

    return create_operator(email="bettina@betrieb.example", password=PASSWORD)


def test_the_console_opens_to_operators_with_their_factor_only(console_client: Client, app: App) -> None:
    from allauth.mfa.totp.internal.auth import TOTP

    user = operator_account()
    assert faults_of_the_unknown(open_all(console_client, "console"), SIGN_IN) == []
    console_client.post(SIGN_IN, {"login": user.email, "password": PASSWORD})
    half = [entry for entry in open_all(console_client, "console") if entry[0] != "/konto/sicherheit/"]
    assert faults_of_the_unknown(half, SET_UP) == []
    TOTP.activate(user, app.secret)
    whole = Client(headers={"host": "console.localhost"})
    whole.post(SIGN_IN, {"login": user.email, "password": PASSWORD})
    whole.post("/konto/2fa/authenticate/", {"code": app.code()})
    assert faults_of_the_known(open_all(whole, "console"), user) == []


@pytest.mark.parametrize(
    "path",
    ["/konto/", "/konto/adressen/", "/konto/zweiter-faktor/", "/konto/passwort/", "/api/v1/cases", "/"],
)
def test_what_somebody_signed_in_sees_is_kept_by_no_cache(gera: Any, app: App, path: str) -> None:
    user = make_account(gera, "ida@gera.example")
    answer = signed_in(gera, user).get(path)
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]


def test_what_is_the_same_for_everybody_keeps_its_headers(gera: Any) -> None:
    anonymous = visitor(gera)
    page = anonymous.get("/")
    assert "no-store" not in page["Cache-Control"]
    sheet = re.search(r'href="(/brand\.[^"]+\.css)"', page.content.decode())
    assert sheet is not None
    client = signed_in(gera, make_account(gera, "ida@gera.example"))
    assert client.get(sheet[1])["Cache-Control"] == anonymous.get(sheet[1])["Cache-Control"]


@pytest.mark.parametrize(
    "path",
    ["/vorgang/GE-1/zugang/abc/", "/konto/password/reset/key/5-abc-def/", "/konto/confirm-email/abc/", "/pruefen/abc/"],
)
def test_an_address_that_opens_something_leaves_in_no_referer(gera: Any, path: str) -> None:
    assert visitor(gera).get(path)["Referrer-Policy"] == "strict-origin"
    assert visitor(gera).get("/")["Referrer-Policy"] == "same-origin"
