"""What every template may count on: the brand, the languages, the addresses of the frame.

Anonymous pages are cached for everyone, so nothing here may depend on who is looking unless a session cookie
is
present. The menu and the legal pages' links come from `cms`, which is above this room; templates tolerate
their absence.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language

from themes.queries import brand_for_current_commune

LANGUAGES = (("de", "Deutsch"), ("en", "English"))


@dataclass(frozen=True, slots=True)
class LanguageLink:
    """One entry of the language switch."""

    code: str
    label: str
    url: str
    current: bool


def brand(request: HttpRequest) -> dict[str, Any]:
    """Context processor: `brand`, `languages`, `prefix`, `home_url`, `sign_in_url`, `account_url`,
    `signed_in`, `demo_mode`.
    """
    prefix = language_prefix()
    return {
        "brand": SimpleLazyObject(brand_for_current_commune),
        "languages": SimpleLazyObject(partial(languages_for, request)),
        "prefix": prefix,
        "home_url": f"{prefix}/",
        "sign_in_url": _address("account_login", f"{prefix}/konto/anmelden/"),
        "account_url": f"{prefix}/konto/",
        "signed_in": is_signed_in(request),
        "demo_mode": bool(getattr(settings, "DEMO", False)),
    }


def language_prefix() -> str:
    """“” for German, “/en” for English."""
    language = (get_language() or "de")[:2]
    return "" if language == "de" else f"/{language}"


def languages_for(request: HttpRequest) -> list[LanguageLink]:
    """The same page in each language: German without prefix, the others below `/<code>/`."""
    current = (get_language() or "de")[:2]
    bare = request.path
    for code, _label in LANGUAGES[1:]:
        if bare == f"/{code}" or bare.startswith(f"/{code}/"):
            bare = bare[len(code) + 1 :] or "/"
    return [
        LanguageLink(code, label, bare if code == "de" else f"/{code}{bare}", code == current)
        for code, label in LANGUAGES
    ]


def is_signed_in(request: HttpRequest) -> bool:
    """Whether someone is signed in, asked without touching the session of people who have none."""
    names = {settings.SESSION_COOKIE_NAME, getattr(settings, "CONSOLE_SESSION_COOKIE_NAME", "")}
    if not any(request.COOKIES.get(name) for name in names if name):
        return False
    user = getattr(request, "user", None)
    return bool(user is not None and user.is_authenticated)


def _address(name: str, otherwise: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return otherwise
