"""How often somebody may ask: a counter per visitor and window in the commune's cache."""

from __future__ import annotations

import hmac
from dataclasses import dataclass

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `times` in `seconds`, counted under `name`."""

    name: str
    times: int
    seconds: int


CODES = Limit("verify-code", times=60, seconds=600)
UPLOADS = Limit("verify-upload", times=20, seconds=600)


def exceeded(limit: Limit, request: HttpRequest) -> bool:
    """Count this request; True if it is one too many. The visitor's address is kept as a digest only."""
    address = str(request.META.get("REMOTE_ADDR", "")).encode()
    visitor = hmac.digest(settings.SECRET_KEY.encode(), address, "sha256").hex()[:24]
    key = f"documents:{limit.name}:{visitor}"
    cache.add(key, 0, timeout=limit.seconds)
    try:
        return cache.incr(key) > limit.times
    except ValueError:  # the window ended between the two calls
        return False
