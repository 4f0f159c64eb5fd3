"""What can be asked of pages."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from wagtail.models import Page

from cms.addresses import home_paths
from cms.memory import locale_ids
from cms.models import EventPage, HomePage, NewsPage, ServiceIndexPage
from cms.moments import start_of_day
from cms.privacy import for_everybody, private


def restricted_pages() -> QuerySet[Any]:
    """The keys of all pages that are for some people only."""
    found: QuerySet[Any] = Page.objects.filter(private()).values("pk")
    return found


def news_for_public(locale_id: int) -> QuerySet[NewsPage]:
    """Published public news in one language, newest first, without the bodies."""
    return for_everybody(NewsPage.objects.filter(locale_id=locale_id)).defer("body").order_by("-date", "-path")


def news_in(language: str) -> QuerySet[NewsPage]:
    """Published public news in a language, newest first."""
    return (
        for_everybody(NewsPage.objects.filter(locale__language_code=language)).defer("body").order_by("-date", "-path")
    )


def events_in(language: str, now: datetime) -> QuerySet[EventPage]:
    """Coming public events in a language, soonest first."""
    found = for_everybody(EventPage.objects.filter(not_over(now), locale__language_code=language))
    return found.defer("body").order_by("starts_at", "path")


def not_over(now: datetime) -> Q:
    """Events that still go on or are to come; one without an end is over when its day is."""
    return Q(ends_at__gte=now) | Q(ends_at__isnull=True, starts_at__gte=start_of_day(now))


def coming_events(locale_id: int, now: datetime) -> QuerySet[EventPage]:
    """Published public events in one language that are not over, soonest first."""
    return (
        for_everybody(EventPage.objects.filter(not_over(now), locale_id=locale_id))
        .defer("body")
        .order_by("starts_at", "path")
    )


def children_for_public(page: Page) -> QuerySet[Page]:
    """The published public pages right below a page, in the editors' order."""
    return for_everybody(page.get_children()).order_by("path")


def versions_of(page: Page) -> list[tuple[str, str]]:
    """Language and stored path of a page in all languages: the public ones, and this one. One query."""
    same = Page.objects.live().filter(translation_key=page.translation_key).filter(~private() | Q(pk=page.pk))
    return list(same.order_by("locale__language_code").values_list("locale__language_code", "url_path"))


def pages_on_the_way(path: str, language: str) -> list[Page]:
    """The pages that exist along an address below the home page, home first; empty without a home in the language.

    One query, whatever the depth; each page knows whether it is for some people only (`is_restricted`).
    """
    root = home_paths().get(language)
    if root is None:
        return []
    paths, walked = [root], root
    for component in [part for part in path.split("/") if part]:
        walked = f"{walked}{component}/"
        paths.append(walked)
    return list(Page.objects.filter(url_path__in=paths).annotate(is_restricted=private()).order_by("depth"))


def home_in(language: str) -> HomePage | None:
    """The published home page in a language. One query; the page knows whether it `is_restricted`."""
    root = home_paths().get(language)
    found: QuerySet[HomePage] = HomePage.objects.live().annotate(is_restricted=private())
    return found.filter(url_path=root).first() if root else None


def pages_found(query: str, language: str, limit: int = 20) -> list[Any]:
    """Published public pages that match a search, best first; whole words first, else beginnings of titles' words."""
    locale = locale_ids().get(language)
    if locale is None or not query.strip():
        return []
    pages = Page.objects.live().filter(locale=locale, depth__gt=2).not_type(HomePage, ServiceIndexPage)
    pages = pages.exclude(pk__in=restricted_pages()).select_related("content_type")
    return list(pages.search(query, operator="and")[:limit]) or list(pages.autocomplete(query, operator="and")[:limit])


def pages_for_sitemap() -> QuerySet[Page]:
    """Every published public page of the portal, in all languages."""
    roots = Q()
    for root in home_paths().values():
        roots |= Q(url_path__startswith=root)
    return for_everybody(Page.objects.filter(roots)).select_related("locale").order_by("path")
