"""People who can sign in, and an app with one-time codes for them."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.conf import settings
from django.contrib.auth.models import Group
from django.test import Client

from tenants.accounts.models import User, UserKind
from tenants.communes.scope import commune_scope

PASSWORD = "apfel kahn turm 7"
SIGN_IN = "/konto/anmelden/"
SESSION_COOKIE_NAME = settings.SESSION_COOKIE_NAME
PERIOD = 30


class App:
    """Shows one-time codes, each a new one: its clock goes on by half a minute with every code."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 1_800_000_000.0
        self.secret = generate_totp_secret()
        monkeypatch.setattr("allauth.mfa.totp.internal.auth.time", SimpleNamespace(time=lambda: self.now))

    def code(self, secret: str = "") -> str:
        self.now += PERIOD
        return str(format_hotp_value(hotp_value(secret or self.secret, int(self.now // PERIOD))))

    def give_to(self, commune: Any, user: User) -> Authenticator:
        """Set the app up for an account, as if it had been so for long."""
        with commune_scope(commune):
            return TOTP.activate(user, self.secret).instance


def make_account(commune: Any, email: str, kind: str = UserKind.CITIZEN, *groups: str) -> User:
    """An account with a confirmed address, in a commune's schema."""
    with commune_scope(commune):
        user = User.objects.create_user(email, PASSWORD, kind=kind, name="Ida Muster")
        EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
        user.groups.add(*Group.objects.filter(name__in=groups))
    return user


def visitor(commune: Any) -> Client:
    """A browser of its own on a commune's portal."""
    return Client(headers={"host": commune.primary_host})


def signed_in(commune: Any, user: User, *, app: App | None = None) -> Client:
    """A browser in which somebody has signed in, with the app where there is one."""
    client = visitor(commune)
    answer = client.post(SIGN_IN, {"login": user.email, "password": PASSWORD})
    assert answer.status_code == 302, answer.content.decode()
    if app is not None:
        assert answer["Location"] == "/konto/2fa/authenticate/"
        answer = client.post("/konto/2fa/authenticate/", {"code": app.code()})
        assert answer.status_code == 302, answer.content.decode()
    return client
