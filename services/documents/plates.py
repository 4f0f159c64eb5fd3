"""Which plate is printed on a document: a question that may be asked, and never answered with more than yes or no.

This room keeps no plates. The room that has them registers, under the letter's name, how to compare one:

    printed_plates.register("parking_permit", bears_plate)
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from services.documents.models import IssuedDocument
from tenants.communes.registry import Registry

LONGEST_PLATE = 20
# (reference, what somebody typed) -> whether the document of that reference bears this plate
PlateComparison: TypeAlias = Callable[[str, str], bool]

printed_plates: Registry[PlateComparison] = Registry("printed plates")


def shows_plate(document: IssuedDocument) -> bool:
    """Whether such a document bears a plate that can be compared."""
    return document.template in printed_plates


def bears_plate(document: IssuedDocument, typed: str) -> bool:
    """Whether this is the document's plate, however it is typed."""
    return printed_plates.get(document.template)(document.reference, typed)
