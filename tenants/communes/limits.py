"""How often one visitor may try something, counted in the commune's cache."""

from __future__ import annotations

import time
from dataclasses import dataclass

from django.core.cache import cache
from django.http import HttpRequest
from django.utils.crypto import salted_hmac


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `times` in each window of `seconds`, counted under `name` (with its room: "cases.code")."""

    name: str
    times: int
    seconds: int


def address_of(request: HttpRequest) -> str:
    """The network address of the other side; behind proxies of ours, of the visitor (`PROXY_HOPS`)."""
    return str(request.META.get("REMOTE_ADDR", ""))


def is_exceeded(limit: Limit, subject: str) -> bool:
    """Count one try of `subject` (an address, a number) and say whether it is one too many.

    Only a digest of `subject` is kept. The window is part of the key: a cache that lengthens an entry's life with each
    count must not lengthen the wait.
    """
    window = int(time.time()) // limit.seconds
    digest = salted_hmac("communes.limits", subject, algorithm="sha256").hexdigest()[:24]
    key = f"limit:{limit.name}:{window}:{digest}"
    cache.add(key, 0, timeout=limit.seconds)
    try:
        return int(cache.incr(key)) > limit.times
    except ValueError:  # the window ended between the two calls
        return False
