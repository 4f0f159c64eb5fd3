"""What can be asked about what a commune offers."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

import structlog
from django.db.models import Prefetch, QuerySet
from django.utils import timezone

from services.definitions.definition import Definition
from services.definitions.queries import DefinitionNotFound, definition

from . import finder
from .areas import zone_for_address
from .faults import OfferingNotFound
from .models import Area, Offering, OpeningHours, Place, SpecialDay
from .offered import OfferedService
from .opening import LOOK_AHEAD_DAYS, OpeningToday, opening_at

__all__ = [
    "OfferedService",
    "OfferingNotFound",
    "OpeningToday",
    "any_service",
    "areas",
    "most_wanted",
    "offered_service",
    "offered_services",
    "opening_today",
    "places_for_public",
    "search_services",
    "services_for_staff",
    "zone_for_address",
]
log = structlog.get_logger(__name__)


def offered_services(language: str) -> list[OfferedService]:
    """All published services, most wanted first. One query, once the process knows the definitions."""
    return _merged(Offering.objects.filter(published=True).select_related("unit"), language)


def offered_service(slug: str, language: str) -> OfferedService:
    """The published service with this address (one query). Raises OfferingNotFound."""
    return _one(slug, Offering.objects.filter(published=True), language)


def most_wanted(language: str, limit: int = 10) -> list[OfferedService]:
    """The published services that people want most, by the commune's own order. One query."""
    published = Offering.objects.filter(published=True).select_related("unit")
    return _merged(published.order_by("position", "slug")[:limit], language)


def search_services(query: str, language: str) -> list[OfferedService]:
    """Published services that fit the words, best first; nothing for empty words. One query; nothing is written."""
    return finder.rank(query, offered_services(language)) if query.strip() else []


def services_for_staff(language: str) -> list[OfferedService]:
    """All services, withdrawn ones too, for the administration's list. One query."""
    return _merged(Offering.objects.select_related("unit"), language)


def any_service(slug: str, language: str) -> OfferedService:
    """A service whether published or not. Raises OfferingNotFound."""
    return _one(slug, Offering.objects.all(), language)


def opening_today(now: datetime | None = None, place: Place | None = None) -> OpeningToday:
    """Whether the main place (or `place`) is open at `now`, and until when or when next. Two queries."""
    now = now or timezone.now()
    today = timezone.localtime(now).date()
    chosen = OpeningHours.objects.select_related("place")
    hours = list(chosen.filter(place=place) if place else chosen.filter(place__is_main=True))
    if not hours:
        return OpeningToday(place, now=now)
    place = hours[0].place
    days = SpecialDay.objects.filter(place=place, date__range=(today, today + timedelta(days=LOOK_AHEAD_DAYS)))
    return opening_at(now, place, hours, {day.date: day for day in days})


def places_for_public() -> QuerySet[Place]:
    """All places, the main one first, with their weekly hours prefetched. Two queries."""
    return Place.objects.prefetch_related(
        Prefetch("opening_hours", queryset=OpeningHours.objects.order_by("weekday", "opens"))
    )


def areas() -> list[str]:
    """The names of the commune's districts in their order. One query."""
    return list(Area.objects.values_list("name", flat=True))


def _one(slug: str, offerings: QuerySet[Offering], language: str) -> OfferedService:
    if not slug.isprintable():  # the database refuses some signs with an error
        raise OfferingNotFound(repr(slug))
    found = _merged(offerings.filter(slug=slug).select_related("unit")[:1], language)
    if not found:
        raise OfferingNotFound(slug)
    return found[0]


def _merged(offerings: Iterable[Offering], language: str) -> list[OfferedService]:
    merged = []
    for offering in offerings:
        try:
            shared = _definition_of(offering)
        except DefinitionNotFound:
            # a definition that is gone must not take the whole catalogue with it
            log.error("catalogue.definition_missing", key=offering.definition_key, version=offering.definition_version)
            continue
        merged.append(OfferedService.of(offering, shared, language, offering.unit.name if offering.unit else ""))
    return merged


def _definition_of(offering: Offering) -> Definition | None:
    if not offering.definition_key:
        return None
    return definition(offering.definition_key, offering.definition_version)
