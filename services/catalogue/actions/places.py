"""Places and when they are open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, time
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from services.catalogue.faults import CatalogueError
from services.catalogue.models import OpeningHours, Place, SpecialDay
from tenants.accounts.access import require
from tenants.communes.invalidation import invalidate_pages

MANAGE = "catalogue.manage_offerings"
WeekHours = Mapping[int, Sequence[tuple[time, time]]]


@transaction.atomic
def set_opening_hours(*, place: Place, hours: WeekHours, actor: Any = None) -> None:
    """Replace the weekly hours of a place: {0: [(08:00, 12:00), …]} from Monday. Raises CatalogueError."""
    if actor is not None:
        require(actor, MANAGE)
    rows = []
    for weekday, spans in hours.items():
        latest: time | None = None
        for opens, closes in sorted(spans):
            if opens >= closes or (latest is not None and opens < latest):
                raise CatalogueError("hours-overlap", _("Die Zeiten eines Tages dürfen sich nicht überschneiden."))
            latest = closes
            rows.append(OpeningHours(place=place, weekday=weekday, opens=opens, closes=closes))
    Place.objects.select_for_update().get(pk=place.pk)
    OpeningHours.objects.filter(place=place).delete()
    OpeningHours.objects.bulk_create(rows)
    invalidate_pages()


@transaction.atomic
def set_address(*, place: Place, street: str, postcode: str, city: str, phone: str, email: str, actor: Any) -> Place:
    """Set where a place is and how it is reached. The main place's address stands in every notice."""
    if actor is not None:
        require(actor, MANAGE)
    row = Place.objects.select_for_update().get(pk=place.pk)
    row.street, row.postcode, row.city, row.phone, row.email = street, postcode, city, phone, email
    row.full_clean()
    row.save(update_fields=["street", "postcode", "city", "phone", "email"])
    invalidate_pages()
    return row


@transaction.atomic
def add_special_day(
    *,
    place: Place,
    day: date,
    opens: time | None = None,
    closes: time | None = None,
    reason: str = "",
    actor: Any = None,
) -> SpecialDay:
    """Close a place on a date, or open it at other hours. A second call for the date replaces the first."""
    if actor is not None:
        require(actor, MANAGE)
    if (opens is None) != (closes is None) or (opens and closes and opens >= closes):
        raise CatalogueError("hours-not-whole", _("Geben Sie beide Zeiten an, die frühere zuerst, oder keine."))
    special, _created = SpecialDay.objects.update_or_create(
        place=place, date=day, defaults={"opens": opens, "closes": closes, "reason": reason}
    )
    invalidate_pages()
    return special
