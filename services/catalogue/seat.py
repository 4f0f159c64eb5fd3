"""Where the authority sits: the address that stands in its notices (§ 37 Abs. 3 and 6 VwVfG, § 58 Abs. 1 VwGO)."""

from __future__ import annotations

from dataclasses import dataclass

from .models import Offering, Place


@dataclass(frozen=True, slots=True)
class Seat:
    """An address for letters. Incomplete as long as street, postcode or town is missing."""

    street: str = ""
    postcode: str = ""
    city: str = ""
    phone: str = ""
    email: str = ""

    @property
    def is_complete(self) -> bool:
        return bool(self.street and self.postcode and self.city)

    @property
    def lines(self) -> tuple[str, ...]:
        """„Kornmarkt 12“, „07545 Gera“."""
        return tuple(line for line in (self.street, f"{self.postcode} {self.city}".strip()) if line)

    @property
    def line(self) -> str:
        """„Kornmarkt 12, 07545 Gera“."""
        return ", ".join(self.lines)


def seat_of(offering_slug: str) -> Seat:
    """The address of the office that is responsible for a service, else of the town hall. At most two queries."""
    offering = Offering.objects.filter(slug=offering_slug).select_related("unit__place").first()
    place = offering.unit.place if offering and offering.unit else None
    own = _seat(place)
    return own if own.is_complete else _seat(Place.objects.filter(is_main=True).first())


def land_of_town() -> str:
    """The official key of the Land in which the town hall stands („16“); "" if it is not known. One query."""
    return Place.objects.filter(is_main=True).values_list("land", flat=True).first() or ""


def _seat(place: Place | None) -> Seat:
    if place is None:
        return Seat()
    return Seat(place.street, place.postcode, place.city, place.phone, place.email)
