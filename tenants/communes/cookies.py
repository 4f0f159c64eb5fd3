"""What a request's cookies say of who asks, read as Django reads them. What we can't read counts as personal."""

from __future__ import annotations

import re

from django.conf import settings
from django.http import parse_cookie

# RFC 9110 § 5.6.2
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
MESSAGES = "messages"


def is_personal(header: str) -> bool:
    """Whether the answer to a request with this Cookie header may depend on who asks."""
    if not header.isascii():
        return True
    for chunk in header.split(";"):
        name, equals, _value = chunk.partition("=")
        if chunk.strip() and not (equals and _NAME.fullmatch(name.strip())):
            return True
    private = (settings.SESSION_COOKIE_NAME, settings.CONSOLE_SESSION_COOKIE_NAME, MESSAGES)
    found = parse_cookie(header)
    return any(name in found for name in private)


def given_twice(header: str, name: str) -> bool:
    """Whether a cookie was sent more than once: one of them is from a sibling's page, and nobody can tell which."""
    return sum(chunk.partition("=")[0].strip() == name for chunk in header.split(";")) > 1
