"""How often one place may write, support or report. Addresses are hashed and forgotten after the window."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from django.core.cache import cache
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from .faults import TooOften


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `times` in `seconds`."""

    name: str
    times: int
    seconds: int


WRITING = Limit("write", 5, 3600)
SUPPORTING = Limit("support", 60, 3600)
REPORTING = Limit("report", 10, 3600)


def fingerprint(kind: str, value: str) -> str:
    """A hash that means nothing without our secret, the same for the same value."""
    return salted_hmac(f"participation.{kind}", value, algorithm="sha256").hexdigest()


def token_hash(token: str) -> str:
    """What is stored of a token that has enough randomness of its own."""
    return hashlib.sha256(token.encode()).hexdigest()


def count_or_refuse(limit: Limit, address: str) -> None:
    """Count one try from `address`. Raises TooOften beyond the limit. The cache's keys carry the commune."""
    key = f"participation:{limit.name}:{fingerprint('address', address)}"
    cache.add(key, 0, limit.seconds)
    try:
        tries = cache.incr(key)
    except ValueError:  # ran out between the two calls
        cache.set(key, 1, limit.seconds)
        return
    if tries > limit.times:
        sentence = _("Das waren viele Versuche in kurzer Zeit. Versuchen Sie es in einer Stunde wieder.")
        raise TooOften("too-often", sentence)
