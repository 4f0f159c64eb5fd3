"""Opening hours hold for any week, any moment and any year."""

from __future__ import annotations

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.catalogue.holidays import easter, holidays, is_holiday
from services.catalogue.models import OpeningHours, Place, SpecialDay
from services.catalogue.opening import opening_at, spans_of

BERLIN = ZoneInfo("Europe/Berlin")
PLACE = Place(name="Rathaus", land="14")
MOMENTS = st.datetimes(datetime(2024, 1, 1), datetime(2030, 12, 31)).map(lambda each: each.replace(tzinfo=BERLIN))
SPANS = st.tuples(st.integers(0, 6), st.integers(0, 11), st.integers(12, 23))
WEEKS = st.lists(SPANS, max_size=7, unique_by=lambda span: span[0])


def week(spans: list[tuple[int, int, int]]) -> list[OpeningHours]:
    return [OpeningHours(place=PLACE, weekday=day, opens=time(a), closes=time(b)) for day, a, b in spans]


@given(MOMENTS, WEEKS)
def test_open_and_next_opening_agree_with_the_hours(now: datetime, spans: list[tuple[int, int, int]]) -> None:
    hours = week(spans)
    opening = opening_at(now, PLACE, hours, {})
    today = spans_of(now.date(), PLACE, hours, {})
    assert opening.is_open == any(a <= now.time() < b for a, b in today)
    if opening.next_opening:
        start = opening.next_opening
        assert start > now
        assert start.time() in [a for a, _b in spans_of(start.date(), PLACE, hours, {})]
    assert bool(opening.words) == bool(opening.until or opening.next_opening)
    assert opening.changes_at is not None
    assert opening.changes_at > now


@given(MOMENTS)
def test_a_place_without_hours_says_nothing(now: datetime) -> None:
    assert opening_at(now, PLACE, [], {}).words == ""
    assert opening_at(now, None, [], {}).words == ""


@pytest.mark.parametrize(
    ("year", "day"),
    [(2024, date(2024, 3, 31)), (2025, date(2025, 4, 20)), (2026, date(2026, 4, 5)), (2038, date(2038, 4, 25))],
)
def test_easter_is_known(year: int, day: date) -> None:
    assert easter(year) == day


@pytest.mark.parametrize(
    ("day", "land", "off"),
    [
        (date(2026, 10, 3), "", True),
        (date(2026, 10, 31), "14", True),
        (date(2026, 10, 31), "05", False),
        (date(2026, 9, 20), "16", True),
        (date(2026, 9, 20), "14", False),
        (date(2026, 11, 18), "14", True),
        (date(2026, 11, 18), "16", False),
        (date(2026, 11, 23), "14", False),
    ],
)
def test_holidays_are_those_of_the_land(day: date, land: str, off: bool) -> None:
    assert is_holiday(day, land) is off


@given(st.integers(1990, 2100))
def test_every_land_has_between_ten_and_fifteen_holidays(year: int) -> None:
    for land in (f"{number:02d}" for number in range(1, 17)):
        assert 10 <= len(holidays(year, land)) <= 15


def test_a_town_hall_may_open_on_a_holiday_if_it_says_so() -> None:
    day = date(2026, 10, 3)
    special = {day: SpecialDay(place=PLACE, date=day, opens=time(10), closes=time(12))}
    now = datetime(2026, 10, 3, 11, tzinfo=BERLIN)
    assert opening_at(now, PLACE, week([(5, 8, 18)]), special).words == "heute geöffnet bis 12 Uhr"
