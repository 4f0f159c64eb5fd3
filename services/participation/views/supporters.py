"""Who supports: an account, or a browser that keeps a cookie of ours.

A page that everybody may cache sets no cookie, so a browser's first click comes without one. Several such clicks in a
few minutes from one place by one kind of browser are one supporter: their cookie is made of these. They are hashed
with the moment, and nobody can tell from the cookie what they were.
"""

from __future__ import annotations

import time

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from services.participation.limits import fingerprint
from tenants.communes.limits import address_of

COOKIE = "mitmachen"
A_YEAR = 365 * 24 * 3600
# seconds in which clicks without a cookie count as one browser's
FIRST_CLICKS = 600


def supporter_of(request: HttpRequest) -> str:
    """The supporter behind a request; empty for somebody who never supported anything here."""
    if settings.SESSION_COOKIE_NAME in request.COOKIES and request.user.is_authenticated:
        return fingerprint("account", str(request.user.pk))
    token = str(request.get_signed_cookie(COOKIE, default="", salt=COOKIE) or "")
    return fingerprint("browser", token) if token else ""


def new_supporter(request: HttpRequest, response: HttpResponse) -> str:
    """Give the browser a token and return the supporter it stands for: the same for its first clicks."""
    kind = "|".join(request.META.get(name, "") for name in ("HTTP_USER_AGENT", "HTTP_ACCEPT_LANGUAGE"))
    token = fingerprint("first-click", f"{address_of(request)}|{kind}|{int(time.time()) // FIRST_CLICKS}")[:32]
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
