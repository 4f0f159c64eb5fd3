"""How long somebody stays signed in, and how sessions end before their time.

Citizens stay as long as their cookie says. Whoever sees other people's data is signed out after a while without a
request, and after a day's work in any case. Both are kept in the session itself, which a request of somebody signed in
has read anyway; it is written for that at most once a minute.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib.auth import SESSION_KEY, update_session_auth_hash
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.models import Session
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.module_loading import import_string

from tenants.accounts.models import User, UserKind

STARTED = "account_signed_in_at"
SEEN = "account_seen_at"
WRITE_EVERY = 60
ROWS_AT_ONCE = 2000


@dataclass(frozen=True, slots=True)
class SessionLimits:
    """Seconds: without a request, and from signing in to the end."""

    idle: int
    whole: int


def limits_of(user: Any) -> SessionLimits | None:
    """How long a session of this account lasts at most; None where its cookie says it alone."""
    if user.kind == UserKind.OPERATOR:
        return SessionLimits(settings.CONSOLE_IDLE_MINUTES * 60, settings.CONSOLE_SESSION_AGE)
    if user.kind == UserKind.STAFF:
        return SessionLimits(settings.STAFF_IDLE_MINUTES * 60, settings.STAFF_SESSION_HOURS * 3600)
    return None


def begin_session(session: SessionBase) -> None:
    """Somebody has just signed in."""
    session[STARTED] = session[SEEN] = int(time.time())


def go_on_with_session(session: SessionBase, user: Any) -> bool:
    """Whether the session of this account is still within its limits, noting that it was used now.

    A session without a beginning (the release before noted none) begins now. A clock that was set back ends nothing.
    """
    limits = limits_of(user)
    if limits is None:
        return True
    if STARTED not in session:
        begin_session(session)
        return True
    now = int(time.time())
    started, seen = session[STARTED], session.get(SEEN, session[STARTED])
    if now - seen > limits.idle or now - started > limits.whole:
        return False
    if abs(now - seen) >= WRITE_EVERY:
        session[SEEN] = now
    return True


def end_sessions(user: User) -> None:
    """End every session of an account, for good: what it holds never fits again, whatever becomes of the account.

    Their rows go when they are next shown, or with `delete_sessions`.
    """
    user.session_stamp = get_random_string(22)
    user.save(update_fields=["session_stamp"])


def end_other_sessions(request: HttpRequest, user: User) -> None:
    """End every session of an account but the one of this request, which goes on under another key."""
    end_sessions(user)
    keep_session(request, user)


def keep_session(request: HttpRequest, user: User) -> None:
    """Let this session go on under another key although those of the account ended, if it is one of them."""
    if request.session.get(SESSION_KEY) == str(user.pk):
        update_session_auth_hash(request, user)


def delete_sessions(user: User) -> int:
    """End every session of an account and delete its rows; returns how many.

    A row does not name its account, so all rows of the schema that are still good are read: about a second for ten
    thousand. For what an administrator does to one account, not for what people do all day.
    """
    end_sessions(user)
    store = import_string(f"{settings.SESSION_ENGINE}.SessionStore")
    good = Session.objects.filter(expire_date__gt=timezone.now())
    theirs = [row.session_key for row in good.iterator(chunk_size=500) if _account_in(row) == str(user.pk)]
    for key in theirs:
        store(key).delete()
    return len(theirs)


def forget_ended_sessions() -> int:
    """Delete the rows of sessions whose time is over, in the current scope; returns how many. May be run at any time.

    A few thousand a statement, found by their index.
    """
    ended = Session.objects.filter(expire_date__lt=timezone.now())
    deleted = 0
    while keys := list(ended.values_list("pk", flat=True)[:ROWS_AT_ONCE]):
        deleted += ended.filter(pk__in=keys).delete()[0]
    return deleted


def _account_in(row: Session) -> str:
    return str(row.get_decoded().get(SESSION_KEY, ""))
