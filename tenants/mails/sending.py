"""Sending what is due: each mail is claimed in one transaction, sent without any, and noted in another.

Whoever claims puts the mail's time ahead by more than a try can take; if its process dies, the mail is due again then,
and no connection to the database waits for a mail server.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from smtplib import SMTPException
from typing import Any

import structlog
from django.core.mail import get_connection
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tenants.mails.contents import message_of
from tenants.mails.followers import MailNews, tell
from tenants.mails.models import MailState, OutgoingMail
from tenants.mails.outcomes import SENT, End, Outcome, outcome_of
from tenants.mails.queries import due_mails
from tenants.mails.waking import SECONDS_FOR_A_ROUND, wake_sender

log = structlog.get_logger(__name__)
# seconds after which no further mail is begun, so that other communes' mails get their turn
SECONDS_FOR_A_TURN = 20
# a claimed mail is nobody else's for so long: more than the task may take at all
CLAIMED_FOR = timedelta(seconds=SECONDS_FOR_A_ROUND + 30)
PAUSES = (10, 60, 300, 900, 1800, 3600)
# a server that is away says nothing against a mail: it is asked again soon
PAUSE_WHEN_UNREACHED = 120
PAUSE_WHEN_UNANSWERED = 900
MOST_UNANSWERED = 3
GIVEN_UP_AFTER = timedelta(days=3)
# and not before as many tries, which take most of a day: a worker that stood still, or a clock that was ahead for a
# moment, makes a mail old that was hardly tried
FEWEST_TRIES = 20


def send_due_mails() -> int:
    """Send the due mails of the current scope, one after another, for a while; returns how many have left.

    Call it outside a transaction. May be run by several at once and at any time: each mail is taken by one.
    """
    ends, sent = time.monotonic() + SECONDS_FOR_A_TURN, 0
    with _mail_server() as server:
        while mail := _claimed():
            outcome = _tried(mail, server)
            _note(mail, outcome)
            sent += outcome.end is End.SENT
            if outcome.end is End.UNREACHED:
                break  # the others would wait for the same silence; the schedule asks again
            if time.monotonic() > ends:
                wake_sender()
                break
    return sent


@contextmanager
def _mail_server() -> Iterator[Any]:
    """One connection for all mails of a turn, opened by the first."""
    server = get_connection()
    try:
        yield server
    finally:
        with suppress(SMTPException, OSError):
            server.close()


@transaction.atomic
def _claimed() -> OutgoingMail | None:
    while mail := due_mails().select_for_update(skip_locked=True).first():
        now = timezone.now()
        if mail.attempts >= FEWEST_TRIES and now - mail.created_at > GIVEN_UP_AFTER:
            _finish(mail, MailState.FAILED, mail.last_error or _("In drei Tagen nicht gelungen."))
            continue
        # counted before it is tried: a mail that takes its sender down is not tried without end
        mail.attempts += 1
        mail.due_at = now + CLAIMED_FOR + _pause(mail.attempts)
        mail.save(update_fields=["attempts", "due_at"])
        return mail
    return None


def _tried(mail: OutgoingMail, server: Any) -> Outcome:
    try:
        server.open()
        server.send_messages([message_of(mail)])
    except Exception as error:  # noqa: BLE001 - whatever went wrong is kept with the mail and told to its room
        with suppress(SMTPException, OSError):
            server.close()
        # not the text: it may quote the address
        log.warning("mails.try_failed", room=_room(mail), attempt=mail.attempts, error=type(error).__name__)
        return outcome_of(error)
    return SENT


@transaction.atomic
def _note(mail: OutgoingMail, outcome: Outcome) -> None:
    if outcome.end is End.SENT:
        _finish(mail, MailState.SENT, "")
        return
    mail.unanswered += outcome.end is End.UNANSWERED
    if outcome.end is End.REFUSED or mail.unanswered >= MOST_UNANSWERED:
        mail.bounced = outcome.bounced
        _finish(mail, MailState.FAILED, outcome.words)
        return
    tell(MailNews(mail.cause, outcome.words, given_up=False))
    mail.last_error = outcome.words[:500]
    mail.due_at = timezone.now() + _pause(mail.attempts, outcome.end)
    mail.save(update_fields=["unanswered", "last_error", "due_at"])


def _finish(mail: OutgoingMail, state: MailState, problem: str) -> None:
    """Note the end. The room is told first: it locks what is its own before the mail's row is written."""
    if problem or mail.last_error:
        tell(MailNews(mail.cause, problem, given_up=state is MailState.FAILED))
    if state is MailState.FAILED:
        log.error("mails.given_up", room=_room(mail), attempts=mail.attempts)
    mail.state, mail.finished_at, mail.last_error = state, timezone.now(), problem[:500]
    mail.content = mail.recipient = ""
    fields = ["state", "finished_at", "last_error", "content", "recipient", "unanswered", "bounced"]
    mail.save(update_fields=fields)


def _pause(attempts: int, end: End = End.LATER) -> timedelta:
    if end is End.UNREACHED:
        return timedelta(seconds=min(PAUSES[0] * attempts, PAUSE_WHEN_UNREACHED))
    if end is End.UNANSWERED:
        return timedelta(seconds=PAUSE_WHEN_UNANSWERED)
    return timedelta(seconds=PAUSES[min(attempts, len(PAUSES)) - 1])


def _room(mail: OutgoingMail) -> str:
    return mail.cause.partition("/")[0]
