"""Is the address in a zone? Asked while the form is filled in and again for the decision."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from services.catalogue.areas import zone_for_address
from services.catalogue.reach import is_within_reach
from services.forms.schema import FormContext

CHECK = "parking_zone"


def zone_of(settings: Mapping[str, Any], address: Mapping[str, Any] | None) -> str | None:
    """The key of the zone in which an address answer lies; None if there is none, or if it is in another town."""
    if not address:
        return None
    zone = zone_for_address(settings, str(address.get("street", "")), str(address.get("number", "")))
    town = str(address.get("postcode", "")), str(address.get("city", ""))
    return zone if zone and is_within_reach(settings, *town) else None


def zone_name(settings: Mapping[str, Any], key: str | None) -> str:
    """The zone's name („Innenstadt“), or "" if it has none."""
    zones = settings.get("zones") or ()
    return next((str(zone.get("name", "")) for zone in zones if zone.get("key") == key), "")


def zone_choices(settings: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The zones for a choice: key, and „A, Innenstadt“."""
    zones = settings.get("zones") or ()
    return [(str(zone["key"]), ", ".join(filter(None, (str(zone["key"]), zone.get("name"))))) for zone in zones]


def zone_streets(settings: Mapping[str, Any], key: str | None) -> list[str]:
    """The streets of a zone, each once."""
    zones = settings.get("zones") or ()
    found = next((zone.get("streets") or () for zone in zones if zone.get("key") == key), ())
    return list(dict.fromkeys(str(entry.get("street", "")) for entry in found))


def complaint_about(address: Any, answers: Mapping[str, Any], context: FormContext) -> str | None:
    """The check that a form names `parking_zone`: what is wrong with an address outside every zone."""
    if zone_of(context.settings, address):
        return None
    return _(
        "Für %(street)s %(number)s finden wir keine Bewohnerparkzone. Prüfen Sie Straße, Hausnummer, Postleitzahl und "
        "Ort. Stimmt die Adresse, können Sie den Antrag trotzdem stellen."
    ) % {"street": address["street"], "number": address["number"]}


def good_news_about(address: Any, settings: Mapping[str, Any]) -> str:
    """What the next page says when the address lies in a zone; "" otherwise."""
    key = zone_of(settings, address)
    if not key:
        return ""
    name = zone_name(settings, key)
    if name:
        return _("Ihre Adresse liegt in Zone %(key)s, %(name)s.") % {"key": key, "name": name}
    return _("Ihre Adresse liegt in Zone %(key)s.") % {"key": key}
