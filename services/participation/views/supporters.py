"""Who supports: an account, or a browser that keeps a random cookie. Nothing else about the person is used."""

from __future__ import annotations

import secrets

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from services.participation.limits import fingerprint

COOKIE = "mitmachen"
A_YEAR = 365 * 24 * 3600


def supporter_of(request: HttpRequest) -> str:
    """The supporter behind a request; empty for somebody who never supported anything here."""
    if settings.SESSION_COOKIE_NAME in request.COOKIES and request.user.is_authenticated:
        return fingerprint("account", str(request.user.pk))
    token = str(request.get_signed_cookie(COOKIE, default="", salt=COOKIE) or "")
    return fingerprint("browser", token) if token else ""


def new_supporter(response: HttpResponse) -> str:
    """Give the browser a token of its own and return the supporter it stands for."""
    token = secrets.token_urlsafe(18)
    response.set_signed_cookie(
        COOKIE,
        token,
        salt=COOKIE,
        max_age=A_YEAR,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return fingerprint("browser", token)
