"""What a case was applied for: the commune's offering with the definition that the case is bound to."""

from __future__ import annotations

from services.cases.models import Case
from services.catalogue.queries import OfferedService, OfferingNotFound, offered_service
from services.definitions.definition import Definition
from services.definitions.queries import definition

__all__ = ["OfferedService", "OfferingNotFound", "definition_of", "offered_service", "offering_of", "settings_of"]


def definition_of(case: Case) -> Definition:
    """The very version under which the case was submitted."""
    return definition(case.definition_key, case.definition_version)


def offering_of(case: Case) -> OfferedService | None:
    """The commune's offering as it is today; None if it has been withdrawn since."""
    try:
        return offered_service(case.offering_slug, case.language)
    except OfferingNotFound:
        return None


def settings_of(case: Case) -> dict[str, object]:
    """The offering's settings (zones, …); empty if it has been withdrawn."""
    offering = offering_of(case)
    return dict(offering.settings) if offering else {}
