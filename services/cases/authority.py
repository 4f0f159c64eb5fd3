"""Who issues a case's notices: the authority by its name and its address (§ 37 Abs. 3 VwVfG, § 58 Abs. 1 VwGO)."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from services.cases.models import Case
from services.catalogue.seat import Seat, seat_of
from themes.queries import brand_for_current_commune


class AuthorityAddressMissing(Exception):
    """A notice without the authority's address would leave open where to object. The text says what to do."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "Dem Bescheid fehlt die Anschrift der Behörde. Die Verwaltung trägt sie unter „Leistungen“, "
                "„Anschrift des Rathauses“ ein. Danach geht es weiter."
            )
        )


@dataclass(frozen=True, slots=True)
class Authority:
    """The authority as its letters name it."""

    name: str
    seat: Seat

    @property
    def sender_line(self) -> str:
        """The return address above the addressee: „Stadt Gera · Kornmarkt 12 · 07545 Gera“."""
        return " · ".join((self.name, *self.seat.lines))

    @property
    def contact(self) -> list[str]:
        """Where to ask."""
        return [line for line in (self.seat.phone, self.seat.email) if line]


def has_address(case: Case) -> bool:
    """Whether a notice of this case can say whose it is and where to object."""
    return seat_of(case.offering_slug).is_complete


def authority_of(case: Case) -> Authority:
    """The authority that decides this case. Raises AuthorityAddressMissing."""
    seat = seat_of(case.offering_slug)
    if not seat.is_complete:
        raise AuthorityAddressMissing
    return Authority(brand_for_current_commune().official_name, seat)
