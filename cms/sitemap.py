"""The sitemap: every published public page and every service, each with its language versions."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from cms.addresses import absolute, address_of
from cms.memory import navigation_in
from cms.queries import pages_for_sitemap
from services.catalogue.queries import offered_services


@dataclass(frozen=True, slots=True)
class Version:
    """One language version's address."""

    language: str
    address: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One address of the sitemap."""

    address: str
    changed: datetime | None = None
    versions: list[Version] = field(default_factory=list)


def sitemap_entries() -> list[Entry]:
    """All entries. Two queries for pages and one per language for services."""
    versions: dict[UUID, list[Version]] = defaultdict(list)
    entries = []
    for page in pages_for_sitemap():
        language = page.locale.language_code
        address = absolute(address_of(page.url_path, language))
        versions[page.translation_key].append(Version(language, address))
        entries.append(Entry(address, page.last_published_at, versions[page.translation_key]))
    return entries + service_entries()


def service_entries() -> list[Entry]:
    """The services' pages, in the languages that have a home page."""
    versions: dict[str, list[Version]] = defaultdict(list)
    entries = []
    for language in navigation_in("de").home_languages:
        for service in offered_services(language):
            address = absolute(service.url)
            versions[service.slug].append(Version(language, address))
            entries.append(Entry(address, versions=versions[service.slug]))
    return entries
