"""What can be asked of pages."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from wagtail.models import Page

from cms.addresses import home_paths
from cms.memory import has_private_pages, locale_ids
from cms.models import EventPage, HomePage, NewsPage, ServiceIndexPage


def news_for_public(locale_id: int) -> QuerySet[NewsPage]:
    """Published news in one language, newest first, without the bodies."""
    found: QuerySet[NewsPage] = NewsPage.objects.live().filter(locale_id=locale_id)
    return found.defer("body").order_by("-date", "-path")


def news_in(language: str) -> QuerySet[NewsPage]:
    """Published news in a language, newest first."""
    found: QuerySet[NewsPage] = NewsPage.objects.live().public().filter(locale__language_code=language)
    return found.defer("body").order_by("-date", "-path")


def events_in(language: str, now: datetime) -> QuerySet[EventPage]:
    """Coming events in a language, soonest first."""
    found: QuerySet[EventPage] = EventPage.objects.live().public().filter(not_over(now), locale__language_code=language)
    return found.defer("body").order_by("starts_at", "path")


def not_over(now: datetime) -> Q:
    """Events that still go on or are to come; one without an end is over when it began."""
    return Q(ends_at__gte=now) | Q(ends_at__isnull=True, starts_at__gte=now)


def coming_events(locale_id: int, now: datetime) -> QuerySet[EventPage]:
    """Published events in one language that are not over, soonest first."""
    found: QuerySet[EventPage] = EventPage.objects.live().filter(not_over(now), locale_id=locale_id)
    return found.defer("body").order_by("starts_at", "path")


def pages_on_the_way(path: str, language: str) -> list[Page]:
    """The pages that exist along an address below the home page, home first; empty without a home in the language.

    One query, whatever the depth.
    """
    root = home_paths().get(language)
    if root is None:
        return []
    paths, walked = [root], root
    for component in [part for part in path.split("/") if part]:
        walked = f"{walked}{component}/"
        paths.append(walked)
    return list(Page.objects.filter(url_path__in=paths).order_by("depth"))


def home_in(language: str) -> HomePage | None:
    """The published home page in a language. One query."""
    root = home_paths().get(language)
    return HomePage.objects.live().filter(url_path=root).first() if root else None


def pages_found(query: str, language: str, limit: int = 20) -> list[Any]:
    """Published public pages that match a search, best first; whole words first, else beginnings of titles' words."""
    locale = locale_ids().get(language)
    if locale is None or not query.strip():
        return []
    pages = Page.objects.live().filter(locale=locale, depth__gt=2).not_type(HomePage, ServiceIndexPage)
    pages = (pages.public() if has_private_pages() else pages).select_related("content_type")
    return list(pages.search(query, operator="and")[:limit]) or list(pages.autocomplete(query, operator="and")[:limit])


def pages_for_sitemap() -> QuerySet[Page]:
    """Every published public page of the portal, in all languages."""
    roots = Q()
    for root in home_paths().values():
        roots |= Q(url_path__startswith=root)
    found: QuerySet[Page] = Page.objects.live().public().filter(roots)
    return found.select_related("locale").order_by("path")
