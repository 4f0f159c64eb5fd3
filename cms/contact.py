"""What contact and legal pages take from the settings and the catalogue."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from cms.memory import navigation_in
from cms.models.legal import LegalKind
from cms.placeholders import fill_text
from services.catalogue.models import Unit
from services.catalogue.opening import week_of
from services.catalogue.queries import places_for_public
from tenants.communes.scope import require_commune


def legal_rows(kind: str) -> list[dict[str, str]]:
    """The facts a legal page begins with; what is not known yet is left out, except the authority and the address."""
    contact, commune = navigation_in("de").contact, require_commune()
    authority = fill_text(contact.authority) or commune.official_name
    missing = _("Noch nicht eingetragen.")
    own = {
        LegalKind.IMPRINT: [
            (_("Herausgeberin"), "\n".join((authority, contact.address or missing))),
            (_("Vertreten durch"), contact.represented_by),
            (_("Telefon"), contact.phone),
            (_("E-Mail"), contact.email),
            (_("Aufsichtsbehörde"), contact.supervision),
            (_("Umsatzsteuer-Identifikationsnummer"), contact.vat_id),
            (_("Verantwortlich für den Inhalt"), contact.editor_in_charge),
        ],
        LegalKind.PRIVACY: [
            (_("Verantwortliche Stelle"), "\n".join((authority, contact.address or missing))),
            (_("Datenschutzbeauftragte Person"), contact.privacy_officer),
            (_("E-Mail"), contact.privacy_email or contact.email),
        ],
        LegalKind.ACCESSIBILITY: [],
    }
    # these two are sentences that the commune writes once, in German
    german = (contact.represented_by, contact.supervision)
    return [
        {"label": label, "value": value, "language": "de" if value in german else ""}
        for label, value in own[LegalKind(kind)]
        if value
    ]


def offices_for_contact() -> dict[str, Any]:
    """Contact data, places with their hours, and the responsible units. Three queries."""
    places = [{"place": place, "week": week_of(list(place.opening_hours.all()))} for place in places_for_public()]
    return {
        "office": navigation_in("de").contact,
        "places": places,
        "units": Unit.objects.select_related("place"),
    }


def ways_to_report_barriers(kind: str) -> dict[str, str]:
    """Where barriers are reported, for the accessibility statement only."""
    if kind != LegalKind.ACCESSIBILITY:
        return {}
    contact = navigation_in("de").contact
    return {
        "barrier_email": contact.accessibility_email or contact.email,
        "enforcement_body": contact.enforcement_body,
    }
