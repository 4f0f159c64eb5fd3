"""What is sent to the workers at which times, by a clock that nobody can set.

Intervals are counted by the monotonic clock, which knows neither a wrong time nor its correction. Only what happens at
a time of day looks at the wall clock; when that stood wrong for a while, such an entry is sent once too often rather
than not at all. What was sent when is kept in a file, so that a restart neither repeats nor forgets what is done once a
day.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic
from typing import Any

import structlog
from celery.schedules import BaseSchedule

from rathausplatz.background.sending import BROKER_ERRORS
from rathausplatz.whole_files import write_whole

log = structlog.get_logger(__name__)
# seconds until an entry is tried again that could not be sent
AGAIN_AFTER = 10.0
# how far ahead of now a time may lie that is believed: clocks of two machines differ a little
TOLERANCE = timedelta(minutes=1)
Send = Callable[[str], Any]


def now() -> datetime:
    """The wall clock."""
    return datetime.now(UTC)


class Entry:
    """One thing that is sent again and again: after so many seconds, or at times of day."""

    def __init__(self, task: str, when: float | BaseSchedule, last: datetime | None) -> None:
        self.task = task
        self._when = when
        self.last = last
        self._next_try = 0.0
        self._sent = monotonic() - self._elapsed()

    def _elapsed(self) -> float:
        """Seconds since it was sent by an earlier process; "long ago" if never, or in a future that never was."""
        longest = float(self._when) if not isinstance(self._when, BaseSchedule) else 0.0
        if self.last is None or self.last > now() + TOLERANCE:
            return longest
        return min((now() - self.last).total_seconds(), longest)

    def is_due(self) -> bool:
        """Whether it should be sent now."""
        if monotonic() < self._next_try:
            return False
        if not isinstance(self._when, BaseSchedule):
            return monotonic() - self._sent >= self._when
        if self.last is None or self.last > now() + TOLERANCE:
            # new here, or sent in a future that never was: from now on
            self.last = now()
        return bool(self._when.is_due(self.last).is_due)

    def note_sent(self) -> None:
        """It was sent a moment ago."""
        self._sent, self.last = monotonic(), now()

    def put_off(self) -> None:
        """It could not be sent: in a moment again."""
        self._next_try = monotonic() + AGAIN_AFTER


class Schedule:
    """All entries of CELERY_BEAT_SCHEDULE, and the file that remembers them."""

    def __init__(self, *, entries: Mapping[str, Mapping[str, Any]], file: Path) -> None:
        self._file = file
        remembered = _remembered(file)
        self._entries = {
            name: Entry(entry["task"], entry["schedule"], remembered.get(name)) for name, entry in entries.items()
        }

    def send_due(self, send: Send) -> list[str]:
        """Send what is due and return its names. What the broker doesn't take is tried again in a moment."""
        sent = [name for name, entry in self._entries.items() if entry.is_due() and _is_sent(entry, send)]
        if sent:
            self._remember()
        return sent

    def _remember(self) -> None:
        times = {name: entry.last.isoformat() for name, entry in self._entries.items() if entry.last}
        try:
            write_whole(self._file, json.dumps(times, indent=1))
        except OSError as error:
            # the schedule goes on; after a restart some of it would come too early
            log.warning("schedule.not_remembered", reason=error.strerror)


def _is_sent(entry: Entry, send: Send) -> bool:
    try:
        send(entry.task)
    except BROKER_ERRORS as error:
        log.error("schedule.not_sent", task=entry.task, reason=type(error).__name__)
        entry.put_off()
        return False
    entry.note_sent()
    return True


def _remembered(file: Path) -> dict[str, datetime]:
    """When each was sent; nothing where the file is missing or damaged."""
    try:
        found = json.loads(file.read_text())
        return {str(name): datetime.fromisoformat(text) for name, text in found.items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}
