"""Days as people here count them."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from django.utils.timezone import localdate, make_aware


def start_of_day(moment: datetime) -> datetime:
    """Midnight at the beginning of this moment's day, in the portal's time zone."""
    return make_aware(datetime.combine(localdate(moment), time()))


def end_of_day(moment: datetime) -> datetime:
    """Midnight at the end of this moment's day: not always 24 hours after its beginning."""
    return make_aware(datetime.combine(localdate(moment) + timedelta(days=1), time()))
