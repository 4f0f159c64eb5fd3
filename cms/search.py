"""Search over everything a commune shows: services first, then pages and news, then ideas."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.urls import reverse

from cms.addresses import address_of
from cms.head import DESCRIPTION_LENGTH
from cms.placeholders import fill_text
from cms.queries import pages_found
from services.catalogue.queries import OfferedService, search_services
from services.participation.queries import ideas_for_public

MOST_SERVICES = 10
MOST_PAGES = 15
MOST_IDEAS = 5
MOST_WORDS = 8
LONGEST_QUERY = 120


@dataclass(frozen=True, slots=True)
class FoundPage:
    """A page among the results."""

    title: str
    text: str
    url: str
    kind: str


@dataclass(frozen=True, slots=True)
class FoundIdea:
    """An idea among the results."""

    text: str
    district: str
    url: str


@dataclass(frozen=True, slots=True)
class SearchResults:
    """Everything that fits, each kind best first."""

    services: tuple[OfferedService, ...]
    pages: tuple[FoundPage, ...]
    ideas: tuple[FoundIdea, ...]

    @property
    def total(self) -> int:
        return len(self.services) + len(self.pages) + len(self.ideas)


def search_everything(query: str, language: str) -> SearchResults:
    """Search in one language. Nothing for empty words. At most four queries; nothing is written."""
    words = searchable(query)
    if not words:
        return SearchResults((), (), ())
    return SearchResults(
        services=tuple(search_services(words, language)[:MOST_SERVICES]),
        pages=tuple(found_page(page, language) for page in pages_found(words, language, MOST_PAGES)),
        ideas=tuple(ideas_found(words)),
    )


def searchable(query: str) -> str:
    """The words of a query without what can't be searched for: control characters, superfluous spaces, the rest."""
    return " ".join("".join(c if c.isprintable() else " " for c in query).split())[:LONGEST_QUERY]


def ideas_found(words: str) -> list[FoundIdea]:
    """Public ideas that contain every word, most supported first. One query."""
    found = ideas_for_public("beliebt")
    for word in words.split()[:MOST_WORDS]:
        found = found.filter(Q(text__icontains=word) | Q(district__icontains=word))
    return [
        FoundIdea(idea.text, idea.district, reverse("participation:idea", args=[idea.pk]))
        for idea in found[:MOST_IDEAS]
    ]


def found_page(page: Any, language: str) -> FoundPage:
    """A result in words: title, description, address and what it is."""
    model = page.content_type.model_class()
    return FoundPage(
        title=fill_text(page.title),
        text=fill_text(page.search_description)[:DESCRIPTION_LENGTH],
        url=address_of(page.url_path, language),
        kind=str(model._meta.verbose_name) if model else "",
    )
