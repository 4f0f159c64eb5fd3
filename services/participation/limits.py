"""How often one place may write, support or report. Addresses are hashed and forgotten after the window."""

from __future__ import annotations

import hashlib

from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from tenants.communes.limits import Limit, is_exceeded

from .faults import TooOften

WRITING = Limit("participation.write", times=5, seconds=3600)
SUPPORTING = Limit("participation.support", times=60, seconds=3600)
REPORTING = Limit("participation.report", times=10, seconds=3600)


def fingerprint(kind: str, value: str) -> str:
    """A hash that means nothing without our secret, the same for the same value."""
    return salted_hmac(f"participation.{kind}", value, algorithm="sha256").hexdigest()


def token_hash(token: str) -> str:
    """What is stored of a token that has enough randomness of its own."""
    return hashlib.sha256(token.encode()).hexdigest()


def count_or_refuse(limit: Limit, address: str) -> None:
    """Count one try from `address`. Raises TooOften beyond the limit."""
    if is_exceeded(limit, address):
        sentence = _("Das waren viele Versuche in kurzer Zeit. Versuchen Sie es in einer Stunde wieder.")
        raise TooOften("too-often", sentence)
