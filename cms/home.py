"""The sections of the home page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import HttpRequest
from django.utils import timezone

from cms.queries import coming_events, news_for_public

if TYPE_CHECKING:
    from cms.models import HomePage

NEWS_ON_HOME = 3
EVENTS_ON_HOME = 3


def sections_of_home(page: HomePage, request: HttpRequest) -> dict[str, Any]:
    """News and events."""
    return {
        "news": news_for_public(page.locale_id)[:NEWS_ON_HOME],
        "events": coming_events(page.locale_id, timezone.now())[:EVENTS_ON_HOME],
    }
