"""News and events of the demonstration towns, from the facts of the order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, time, timedelta
from typing import Any
from uuid import uuid4

from django.utils import timezone
from django.utils.text import slugify
from wagtail.models import Page

from cms.models import EventIndexPage, EventPage, NewsIndexPage, NewsPage
from cms.seeds.tree import blocks

UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue"})


def write_news(items: Iterable[Mapping[str, Any]]) -> None:
    """Publish news: `title`, `text`, `days_ago`, optional `body` (HTML), `en` with the English title and text.

    A title is written once.
    """
    today = timezone.localdate()
    for item in items:
        _add(NewsIndexPage, NewsPage, item, {"date": today - timedelta(days=int(item.get("days_ago", 0)))})


def write_events(items: Iterable[Mapping[str, Any]]) -> None:
    """Publish events: as news, with `in_days`, `from` and `to` (hours), `place`, `address`, `price`."""
    today = timezone.localdate()
    for item in items:
        day = today + timedelta(days=int(item.get("in_days", 7)))
        facts = {
            "starts_at": timezone.make_aware(datetime.combine(day, time(int(item.get("from", 18))))),
            "ends_at": timezone.make_aware(datetime.combine(day, time(int(item.get("to", 20))))),
            **{name: item.get(name, "") for name in ("place", "address", "price")},
        }
        _add(EventIndexPage, EventPage, item, facts)


def _add(index: type[Page], model: type[Page], item: Mapping[str, Any], facts: Mapping[str, Any]) -> None:
    """One page in German and, where there is a translation, in English."""
    slug = slugify(str(item["title"]).translate(UMLAUTS))[:60].strip("-")
    key = uuid4()
    for language, wording in (("de", item), ("en", item.get("en"))):
        parent = index.objects.filter(locale__language_code=language).first()
        if not wording or parent is None or parent.get_children().filter(slug=slug).exists():
            continue
        page = model(
            title=wording["title"],
            introduction=wording.get("text", ""),
            body=blocks([("text", wording["body"])] if wording.get("body") else []),
            slug=slug,
            locale_id=parent.locale_id,
            translation_key=key,
            first_published_at=timezone.now(),
            last_published_at=timezone.now(),
            **facts,
        )
        parent.add_child(instance=page)
