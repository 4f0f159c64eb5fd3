"""How often strangers may begin, send and write. Each refusal says so and loses nothing that was typed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.http import HttpRequest
from django.utils.translation import gettext as _

from services.cases.models import Case
from tenants.accounts.queries import has_confirmed
from tenants.communes.limits import Limit, address_of, is_exceeded
from tenants.mails.limits import is_written_to_too_often

BEGINNING = Limit("cases.begin", times=60, seconds=3600)
SENDING = Limit("cases.send", times=30, seconds=3600)
WRITING = Limit("cases.write", times=60, seconds=3600)
WRITING_TO_CASE = Limit("cases.write-to-case", times=20, seconds=3600)


class TooManyTries(Exception):
    """One try too many from one place; the text says when it goes on."""

    def __init__(self) -> None:
        super().__init__(
            _("Von Ihrem Anschluss kam gerade sehr viel. Warten Sie eine Stunde, Ihre Angaben bleiben erhalten.")
        )


def count_or_refuse(limit: Limit, subject: str) -> None:
    """Count one try. Raises TooManyTries beyond the limit."""
    if is_exceeded(limit, subject):
        raise TooManyTries


def count_message(request: HttpRequest, case: Case) -> None:
    """Count one message to a case. Raises TooManyTries when its visitor or the case had too many."""
    count_or_refuse(WRITING, address_of(request))
    count_or_refuse(WRITING_TO_CASE, case.number)


@contextmanager
def may_be_mailed(request: HttpRequest, address: str) -> Iterator[bool]:
    """Count an application's mails to `address` unless the context fails; False when it got too many today.

    Whoever is signed in and has confirmed the address gets all mails.
    """
    if not address or has_confirmed(request.user, address):
        yield True
        return
    with is_written_to_too_often(address, mails=2) as too_often:
        yield not too_often
