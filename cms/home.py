"""The sections of the home page."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest
from django.utils import timezone

from cms.head import language_of
from cms.page_caching import stays_true_until
from cms.queries import coming_events, news_for_public
from services.catalogue.queries import most_wanted, opening_today
from services.participation.queries import band_of_ideas

if TYPE_CHECKING:
    from cms.models import EventPage, HomePage

NEWS_ON_HOME = 3
EVENTS_ON_HOME = 3
POPULAR = 3
IDEAS_ON_HOME = 2


def sections_of_home(page: HomePage, request: HttpRequest) -> dict[str, Any]:
    """Errands, opening hours, participation, news and events. Six queries."""
    now = timezone.now()
    services = most_wanted(language_of(request))
    return {
        "services": services,
        "popular": [{"title": service.title, "url": service.url} for service in services[:POPULAR]],
        "news": news_for_public(page.locale_id)[:NEWS_ON_HOME],
        "events": until_one_ends(request, coming_events(page.locale_id, now)[:EVENTS_ON_HOME]),
        **opening_strip(request, now),
        **band_of_participation(IDEAS_ON_HOME),
    }


def until_one_ends(request: HttpRequest, events: Iterable[EventPage]) -> list[EventPage]:
    """Events to be shown. The page is kept no longer than until the first of them is over."""
    shown = list(events)
    for event in shown:
        stays_true_until(request, event.over_at)
    return shown


def opening_strip(request: HttpRequest, now: datetime) -> dict[str, Any]:
    """Whether the town hall is open. The page is kept no longer than the words stay true."""
    opening = opening_today(now)
    if opening.changes_at:
        stays_true_until(request, opening.changes_at)
    return {"opening": opening}


def band_of_participation(ideas: int) -> dict[str, Any]:
    """Live figures and the most supported ideas. One query."""
    figures, most_supported = band_of_ideas(ideas)
    return {"figures": figures, "ideas": most_supported}
