"""Whose cookies are believed: sessions are our own host's, and what is odd makes nobody's page everybody's."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from tenants.accounts.models import User, UserKind
from tenants.communes.cookies import given_twice, is_personal
from tenants.communes.scope import commune_scope
from tests.settings import ROOT

ODD = ['prefs={"a":"b"}; ', "x[y]=1; ", "foo; "]


@pytest.fixture
def cookie(gera: Any) -> str:
    """The Cookie header of somebody who is signed in at Gera's portal."""
    client = Client()
    with commune_scope(gera):
        user = User.objects.create_user("wer@gera.example", kind=UserKind.CITIZEN, name="Wer")
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"


def ask(gera: Any, path: str, cookie: str) -> Any:
    return Client(headers={"host": gera.primary_host, "cookie": cookie}).get(path)


@pytest.mark.parametrize("odd", ["", *ODD])
@pytest.mark.parametrize("path", ["/", "/mitmachen/ideen/", "/anliegen/", "/suche/", "/kontakt/"])
def test_a_page_for_somebody_who_is_signed_in_is_marked_for_nobody_else(
    gera: Any, cookie: str, path: str, odd: str
) -> None:
    assert "X-Page-Cache" in Client(headers={"host": gera.primary_host}).get(path).headers
    answer = ask(gera, path, odd + cookie)
    assert answer.status_code == 200
    assert "X-Page-Cache" not in answer.headers


@pytest.mark.parametrize("odd", ["x[y]=1", "foo", "name=Jörg"])
def test_what_can_t_be_read_counts_as_personal(gera: Any, odd: str) -> None:
    assert is_personal(odd)
    assert not is_personal('prefs={"a":"b"}; csrftoken=abc; _pk_id.1.a=x')


def test_of_two_sessions_none_is_opened(gera: Any, cookie: str) -> None:
    assert "Abmelden" in ask(gera, "/konto/", cookie).content.decode()
    for both in (f"{cookie}; portal_session=forged", f"portal_session=forged; {cookie}"):
        assert given_twice(both, "portal_session")
        assert ask(gera, "/konto/", both).status_code == 302


def test_over_https_only_the_host_itself_can_set_our_cookies() -> None:
    code = (
        "import django; django.setup(); from django.conf import settings as s;"
        "print(s.SESSION_COOKIE_NAME, s.CONSOLE_SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME, s.SESSION_COOKIE_SECURE,"
        " s.CSRF_COOKIE_SECURE, s.SESSION_COOKIE_PATH, s.SESSION_COOKIE_DOMAIN)"
    )
    environ = os.environ | {
        "BASE_DOMAIN": "rathaus.example",
        "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none",
        "DJANGO_SETTINGS_MODULE": "rathausplatz.settings",
        "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "platform")]),
    }
    done = subprocess.run([sys.executable, "-c", code], env=environ, capture_output=True, text=True)
    expected = "__Host-portal_session __Host-console_session __Host-csrftoken True True / None"
    assert done.stdout.strip() == expected, done.stderr
