"""Search over everything a commune shows: services first, then pages and news, then ideas."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from cms.addresses import address_of
from cms.head import DESCRIPTION_LENGTH
from cms.placeholders import fill_text
from cms.queries import pages_found
from services.catalogue.queries import OfferedService, search_services

MOST_SERVICES = 10
MOST_PAGES = 15
LONGEST_QUERY = 120


@dataclass(frozen=True, slots=True)
class FoundPage:
    """A page among the results."""

    title: str
    text: str
    url: str
    kind: str


@dataclass(frozen=True, slots=True)
class SearchResults:
    """Everything that fits, each kind best first."""

    services: tuple[OfferedService, ...]
    pages: tuple[FoundPage, ...]

    @property
    def total(self) -> int:
        return len(self.services) + len(self.pages)


def search_everything(query: str, language: str) -> SearchResults:
    """Search in one language. Nothing for empty words. At most three queries, one more when nothing was found."""
    words = " ".join(query.split())[:LONGEST_QUERY]
    if not words:
        return SearchResults((), ())
    return SearchResults(
        services=tuple(search_services(words, language)[:MOST_SERVICES]),
        pages=tuple(found_page(page, language) for page in pages_found(words, language, MOST_PAGES)),
    )


def found_page(page: Any, language: str) -> FoundPage:
    """A result in words: title, description, address and what it is."""
    model = page.content_type.model_class()
    return FoundPage(
        title=fill_text(page.title),
        text=fill_text(page.search_description)[:DESCRIPTION_LENGTH],
        url=address_of(page.url_path, language),
        kind=str(model._meta.verbose_name) if model else "",
    )
