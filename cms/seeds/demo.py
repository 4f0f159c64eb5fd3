"""News and events of the demonstration towns, from the facts of the order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, time, timedelta
from typing import Any

from django.utils import timezone
from django.utils.text import slugify
from wagtail.models import Page

from cms.models import EventIndexPage, EventPage, NewsIndexPage, NewsPage
from cms.seeds.tree import blocks

UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue"})


def write_news(items: Iterable[Mapping[str, Any]]) -> None:
    """Publish news: `title`, `text`, `days_ago`, optional `body` (HTML) and `language`. A title is written once."""
    today = timezone.localdate()
    for item in items:
        page = NewsPage(date=today - timedelta(days=int(item.get("days_ago", 0))), **_wording(item))
        _add(NewsIndexPage, page, item)


def write_events(items: Iterable[Mapping[str, Any]]) -> None:
    """Publish events: `title`, `text`, `in_days`, `from` and `to` (hour), `place`, `address`, `price`."""
    today = timezone.localdate()
    for item in items:
        day = today + timedelta(days=int(item.get("in_days", 7)))
        page = EventPage(
            starts_at=timezone.make_aware(datetime.combine(day, time(int(item.get("from", 18))))),
            ends_at=timezone.make_aware(datetime.combine(day, time(int(item.get("to", 20))))),
            place=item.get("place", ""),
            address=item.get("address", ""),
            price=item.get("price", ""),
            **_wording(item),
        )
        _add(EventIndexPage, page, item)


def _wording(item: Mapping[str, Any]) -> dict[str, Any]:
    body = [("text", item["body"])] if item.get("body") else []
    slug = slugify(str(item["title"]).translate(UMLAUTS))[:60].strip("-")
    return {"title": item["title"], "slug": slug, "introduction": item.get("text", ""), "body": blocks(body)}


def _add(index: type[Page], page: Page, item: Mapping[str, Any]) -> None:
    parent = index.objects.filter(locale__language_code=item.get("language", "de")).first()
    if parent is None or parent.get_children().filter(slug=page.slug).exists():
        return
    page.locale_id, page.live = parent.locale_id, True
    page.first_published_at = page.last_published_at = timezone.now()
    parent.add_child(instance=page)
