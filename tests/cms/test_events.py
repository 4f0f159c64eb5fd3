"""When an event is, in words; and until when it is listed."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client

from cms.models import EventIndexPage, EventPage
from cms.queries import events_in
from tenants.communes.scope import commune_scope

HERE = ZoneInfo("Europe/Berlin")


def at(year: int, month: int, day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=HERE)


def event(begins: datetime, ends: datetime | None = None) -> EventPage:
    page = EventPage(title="Weihnachtsmarkt", slug="weihnachtsmarkt", starts_at=begins, ends_at=ends, place="Markt")
    added: EventPage = EventIndexPage.objects.get(locale__language_code="de").add_child(instance=page)
    return added


@pytest.mark.parametrize(
    ("begins", "ends", "page", "listed"),
    [
        (at(2099, 12, 24, 10), at(2099, 12, 24, 18), "10:00 bis 18:00 Uhr", "24.12.2099, 10:00</time></span>"),
        (at(2099, 12, 24, 10), at(2099, 12, 26, 18), "10:00 Uhr bis 26. Dezember 2099, 18:00 Uhr", "26.12.2099</time>"),
        (at(2099, 12, 31, 22), at(2100, 1, 1, 5), "22:00 Uhr bis 1. Januar 2100, 05:00 Uhr", "01.01.2100</time>"),
        (at(2099, 12, 24, 10), None, "10:00 Uhr", "24.12.2099, 10:00</time></span>"),
    ],
)
def test_an_end_on_another_day_has_its_date(
    portal: Client, gera: Any, begins: datetime, ends: datetime | None, page: str, listed: str
) -> None:
    with commune_scope(gera):
        address = event(begins, ends).portal_url
    assert f"<small>{page}</small>" in portal.get(address).content.decode()
    assert listed in portal.get("/veranstaltungen/").content.decode()


def test_an_event_without_an_end_is_listed_until_its_day_is_over(in_gera: Any) -> None:
    page = event(at(2027, 10, 31, 9))  # a day of 25 hours
    assert page in events_in("de", at(2027, 10, 31, 23, 59))
    assert page not in events_in("de", at(2027, 11, 1, 0, 1))
    assert page.over_at == at(2027, 11, 1, 0)
