"""When a place is open, said in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from .holidays import is_holiday
from .models import OpeningHours, Place, SpecialDay, Weekday

LOOK_AHEAD_DAYS = 21
Span = tuple[time, time]


@dataclass(frozen=True, slots=True)
class OpeningToday:
    """Whether a place is open now, until when, or when next. `until` and `next_opening` are local and aware."""

    place: Place | None
    is_open: bool = False
    until: datetime | None = None
    next_opening: datetime | None = None
    now: datetime | None = None

    @property
    def words(self) -> str:
        """„heute geöffnet bis 18 Uhr“, „öffnet morgen um 8 Uhr“; empty where no hours are known."""
        if self.is_open and self.until:
            return _("heute geöffnet bis %(time)s") % {"time": clock(self.until)}
        if self.next_opening is None or self.now is None:
            return ""
        at = clock(self.next_opening)
        days = (self.next_opening.date() - timezone.localtime(self.now).date()).days
        if days == 0:
            return _("öffnet heute um %(time)s") % {"time": at}
        if days == 1:
            return _("öffnet morgen um %(time)s") % {"time": at}
        if days < 7:
            day = str(Weekday(self.next_opening.weekday()).label)
            return _("öffnet am %(day)s um %(time)s") % {"day": day, "time": at}
        day = date_format(self.next_opening, "MONTH_DAY_FORMAT")
        return _("öffnet am %(day)s um %(time)s") % {"day": day, "time": at}

    @property
    def changes_at(self) -> datetime | None:
        """Until when the words stay true: a page that shows them should not be kept longer."""
        if self.now is None:
            return None
        here = timezone.localtime(self.now)
        midnight = datetime.combine(here.date() + timedelta(days=1), time(), here.tzinfo)
        moments = [moment for moment in (self.until, self.next_opening) if moment]
        return min([midnight, *moments])


def clock(moment: datetime | time) -> str:
    """„18 Uhr“, „8:30 Uhr“."""
    if moment.minute:
        return _("%(time)s Uhr") % {"time": f"{moment.hour}:{moment.minute:02d}"}
    return _("%(hour)s Uhr") % {"hour": moment.hour}


def opening_at(
    now: datetime, place: Place | None, hours: Sequence[OpeningHours], special: Mapping[date, SpecialDay]
) -> OpeningToday:
    """Find out whether `place` is open at `now`, from its weekly hours and its special days. No query."""
    if place is None:
        return OpeningToday(None, now=now)
    here = timezone.localtime(now)
    for offset in range(LOOK_AHEAD_DAYS):
        day = here.date() + timedelta(days=offset)
        for opens, closes in spans_of(day, place, hours, special):
            start, end = _moment(day, opens, here), _moment(day, closes, here)
            if start <= here < end:
                return OpeningToday(place, is_open=True, until=end, now=now)
            if here < start:
                return OpeningToday(place, next_opening=start, now=now)
    return OpeningToday(place, now=now)


def spans_of(day: date, place: Place, hours: Sequence[OpeningHours], special: Mapping[date, SpecialDay]) -> list[Span]:
    """The spans of one date in order: a special day counts before a holiday, a holiday before the weekday."""
    exception = special.get(day)
    if exception is not None:
        return [(exception.opens, exception.closes)] if exception.opens and exception.closes else []
    if is_holiday(day, place.land):
        return []
    return sorted((each.opens, each.closes) for each in hours if each.weekday == day.weekday())


def _moment(day: date, at: time, here: datetime) -> datetime:
    return datetime.combine(day, at, here.tzinfo)


@dataclass(frozen=True, slots=True)
class DayHours:
    """One line of a table of opening hours."""

    day: str
    spans: str


def week_of(hours: Sequence[OpeningHours]) -> list[DayHours]:
    """The weekly hours as a table, Monday to Friday always, the weekend only where it is open."""
    lines = []
    for weekday in Weekday:
        spans = sorted((each.opens, each.closes) for each in hours if each.weekday == weekday)
        if not spans and weekday >= Weekday.SATURDAY:
            continue
        text = _(" und ").join(f"{opens:%H:%M}–{closes:%H:%M}" for opens, closes in spans) or _("geschlossen")
        lines.append(DayHours(str(weekday.label), text))
    return lines
