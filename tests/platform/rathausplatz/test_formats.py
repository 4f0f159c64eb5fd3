"""Dates as readers of each language expect them."""

from __future__ import annotations

from datetime import date

from django.utils.formats import date_format
from django.utils.translation import override

DAY = date(2026, 11, 3)


def test_english_dates_put_the_day_first_and_name_the_month() -> None:
    with override("en"):
        assert date_format(DAY, "SHORT_DATE_FORMAT") == "3 Nov 2026"
        assert date_format(DAY, "DATE_FORMAT") == "3 November 2026"
        assert date_format(DAY, "MONTH_DAY_FORMAT") == "3 November"


def test_german_dates_stay_as_they_are_written() -> None:
    with override("de"):
        assert date_format(DAY, "SHORT_DATE_FORMAT") == "03.11.2026"
        assert date_format(DAY, "DATE_FORMAT") == "3. November 2026"
