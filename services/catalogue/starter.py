"""What the catalogue brings to a new commune: a town hall with usual hours, and the services that were ordered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import time
from typing import Any

from services.definitions.queries import DefinitionNotFound, all_newest, bundle
from tenants.communes.starters import StarterBrief, register_starter

from .actions import adopt_definitions, set_opening_hours
from .models import Area, OpeningHours, Place

START_BUNDLE = "start"
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
USUAL_HOURS: dict[int, list[tuple[time, time]]] = {
    0: [(time(9), time(12))],
    1: [(time(9), time(12)), (time(13), time(18))],
    3: [(time(9), time(12)), (time(13), time(16))],
    4: [(time(9), time(12))],
}
TOWN_HALL = "Rathaus"


def seed() -> None:
    """Put a town hall with usual opening hours into the template."""
    place, created = Place.objects.get_or_create(is_main=True, defaults={"name": TOWN_HALL})
    if created:
        OpeningHours.objects.bulk_create(
            OpeningHours(place=place, weekday=weekday, opens=opens, closes=closes)
            for weekday, spans in USUAL_HOURS.items()
            for opens, closes in spans
        )


def prepare(brief: StarterBrief) -> None:
    """Adopt the ordered definitions with the commune's fees and zones; give the town hall its address and hours.

    Facts: fee_cents {key: cents}, settings {key: {…}}, zones [...], address {street, postcode, city}, phone, email,
    opening_hours {"mon": [["08:00", "18:00"]]}, districts [name], ars, land, postcode.
    """
    ordered = _ordered(brief.bundle)
    settings = {key: dict(each) for key, each in brief.facts.get("settings", {}).items()}
    for shared in ordered:
        if "zones" in shared.settings and brief.facts.get("zones"):
            settings.setdefault(shared.key, {}).setdefault("zones", brief.facts["zones"])
    adopt_definitions(definitions=ordered, fees=brief.facts.get("fee_cents", {}), settings=settings)
    _furnish_town_hall(brief)
    Area.objects.bulk_create(
        (Area(name=name, position=number) for number, name in enumerate(brief.facts.get("districts", ()))),
        ignore_conflicts=True,
    )


def _ordered(keys: Sequence[str]) -> list[Any]:
    """The newest definitions of the ordered keys (or bundles), of the bundle „start“ when nothing was ordered."""
    shelf = {shared.key: shared for shared in all_newest()}
    wanted: list[str] = []
    for key in keys or (START_BUNDLE,):
        wanted += [key] if key in shelf else bundle(key).definitions
    if missing := [key for key in wanted if key not in shelf]:
        raise DefinitionNotFound(", ".join(missing))
    return [shelf[key] for key in dict.fromkeys(wanted)]


def _furnish_town_hall(brief: StarterBrief) -> None:
    place, _created = Place.objects.get_or_create(is_main=True, defaults={"name": TOWN_HALL})
    address: Mapping[str, str] = brief.facts.get("address", {})
    place.street = address.get("street", place.street)
    place.postcode = address.get("postcode") or brief.facts.get("postcode") or place.postcode
    place.city = address.get("city", place.city) or brief.commune.name
    place.phone = brief.facts.get("phone", place.phone)
    place.email = brief.facts.get("email", place.email)
    place.land = str(brief.facts.get("ars") or brief.facts.get("land") or place.land)[:2]
    place.save()
    if hours := brief.facts.get("opening_hours"):
        set_opening_hours(place=place, hours={DAYS.index(day): _spans(spans) for day, spans in hours.items()})


def _spans(spans: Sequence[Sequence[str]]) -> list[tuple[time, time]]:
    return [(time.fromisoformat(opens), time.fromisoformat(closes)) for opens, closes in spans]


def register() -> None:
    """Enter this room among the starters; definitions come before it."""
    register_starter("catalogue", order=30, seed=seed, prepare=prepare)
