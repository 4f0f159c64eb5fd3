"""What can be done with what a commune offers. `actor` None means the system: provisioning or the command line."""

from __future__ import annotations

from .misses import note_miss
from .offerings import (
    adopt_definition,
    adopt_definitions,
    offer_own_service,
    override_text,
    override_texts,
    publish,
    set_fee,
    set_position,
    set_settings,
    set_unit,
    set_zones,
    withdraw,
)
from .places import add_special_day, set_address, set_opening_hours

__all__ = [
    "add_special_day",
    "adopt_definition",
    "adopt_definitions",
    "note_miss",
    "offer_own_service",
    "override_text",
    "override_texts",
    "publish",
    "set_address",
    "set_fee",
    "set_opening_hours",
    "set_position",
    "set_settings",
    "set_unit",
    "set_zones",
    "withdraw",
]
