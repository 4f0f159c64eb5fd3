"""What is offered, who is responsible and where people go, in a readable export."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from services.catalogue.models import Offering, Place, Unit
from tenants.communes.archives.readable.parts import (
    Package,
    ReadableExporter,
    ReadableFile,
    readable_exports,
    things,
)


def catalogue(package: Package) -> Iterator[ReadableFile]:
    """`offerings.json`, `places.json` and `units.json`."""
    offerings = Offering.objects.select_related("unit").order_by("pk")
    yield things("offerings", "Leistungen vor Ort", map(_offering, offerings))
    places = Place.objects.prefetch_related("opening_hours", "special_days").order_by("pk")
    yield things("places", "Standorte", map(_place, places))
    units = Unit.objects.select_related("parent", "place").order_by("pk")
    yield things("units", "Zuständige Stellen", map(_unit, units))


def _offering(offering: Offering) -> dict[str, Any]:
    return {
        "slug": offering.slug,
        "definition": {"key": offering.definition_key, "version": offering.definition_version},
        "published": offering.published,
        "channel": offering.channel,
        "category": offering.category,
        "own_texts": offering.overrides,
        "own_fee_cents": offering.fee_cents,
        "settings": offering.settings,
        "unit": offering.unit.name if offering.unit else None,
        "updated_at": offering.updated_at,
    }


def _place(place: Place) -> dict[str, Any]:
    return {
        "name": place.name,
        "main": place.is_main,
        "street": place.street,
        "postcode": place.postcode,
        "city": place.city,
        "phone": place.phone,
        "email": place.email,
        "opening_hours": [
            {"weekday": span.weekday, "opens": span.opens, "closes": span.closes} for span in place.opening_hours.all()
        ],
        "special_days": [
            {"date": day.date, "opens": day.opens, "closes": day.closes, "reason": day.reason}
            for day in place.special_days.all()
        ],
    }


def _unit(unit: Unit) -> dict[str, Any]:
    return {
        "name": unit.name,
        "parent": unit.parent.name if unit.parent else None,
        "place": unit.place.name if unit.place else None,
        "address": unit.address,
        "phone": unit.phone,
        "email": unit.email,
    }


def register() -> None:
    """Add this room's part."""
    readable_exports.register("catalogue", ReadableExporter(300, catalogue))
