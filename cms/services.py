"""What the service pages show: the shelf from A to Z, and one service."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

from django.http import Http404, HttpRequest
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from cms.addresses import absolute
from cms.head import alternates_of
from cms.structured import as_json_ld, breadcrumb_list
from cms.trail import trail_of
from services.catalogue.queries import OfferedService, OfferingNotFound, offered_service, offered_services

if TYPE_CHECKING:
    from cms.models import ServiceIndexPage


@dataclass(frozen=True, slots=True)
class Category:
    """A subject that services are grouped by."""

    key: str
    title: str
    count: int
    current: bool


@dataclass(frozen=True, slots=True)
class Letter:
    """One letter of the list from A to Z."""

    letter: str
    services: tuple[OfferedService, ...]


def shelf_of_services(theme: str) -> dict[str, Any]:
    """All services from A to Z, or those of one category. One query. Raises Http404 for an unknown category."""
    services = sorted(offered_services(_language()), key=lambda service: sorting_name(service.name))
    categories = categories_of(services, theme)
    chosen = next((category for category in categories if category.current), None)
    if theme and chosen is None:
        raise Http404
    shown = [service for service in services if chosen is None or service.category == chosen.key]
    letters = groupby(shown, key=lambda service: sorting_name(service.name)[:1].upper() or "#")
    return {
        "categories": categories,
        "category": chosen,
        "letters": [Letter(letter, tuple(group)) for letter, group in letters],
        "total": len(services),
    }


def sorting_name(name: str) -> str:
    """A name as German lists sort it: ä as a, ß as ss, case ignored (DIN 5007-1)."""
    plain = unicodedata.normalize("NFKD", name.casefold())
    return "".join(character for character in plain if not unicodedata.combining(character))


def categories_of(services: list[OfferedService], current: str) -> list[Category]:
    """The categories that have services, by title."""
    titles = {service.category: service.category_title for service in services if service.category}
    categories = [
        Category(key, title, sum(service.category == key for service in services), key == current)
        for key, title in titles.items()
    ]
    return sorted(categories, key=lambda category: sorting_name(category.title))


def service_context(page: ServiceIndexPage, request: HttpRequest, slug: str) -> dict[str, Any]:
    """One service with its trail and its description for machines. Raises Http404 when it is not offered."""
    try:
        service = offered_service(slug, _language())
    except OfferingNotFound as missing:
        raise Http404 from missing
    trail = trail_of(page, request)
    if service.category_title:
        trail.append({"title": service.category_title, "url": f"{trail[-1]['url']}?thema={service.category}"})
    trail.append({"title": service.name, "url": request.path})
    things = [described_service(service), *filter(None, [breadcrumb_list(trail)])]
    return {
        "service": service,
        "breadcrumbs": trail,
        "structured_data": as_json_ld(things),
        "alternates": alternates_of(page, request),
    }


def described_service(service: OfferedService) -> dict[str, Any]:
    """https://schema.org/GovernmentService."""
    return {
        "@type": "GovernmentService",
        "name": service.name,
        "description": service.summary or service.teaser,
        "url": absolute(service.url),
        "provider": {"@id": absolute("/#organization")},
        "availableChannel": {
            "@type": "ServiceChannel",
            "serviceUrl": absolute(service.apply_url or service.url),
            "name": service.tag or _("vor Ort"),
        },
    }


def _language() -> str:
    return (get_language() or "de")[:2]
