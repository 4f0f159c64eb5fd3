"""Whether a permit bears the plate that somebody reads on it."""

from __future__ import annotations

from services.cases.models import Case
from services.documents.plates import printed_plates
from services.forms.plates import normalise_plate
from services.forms.queries import form_of
from services.forms.schema import answers_by_meaning


def bears_plate(reference: str, typed: str) -> bool:
    """Whether the case's plate is the one typed; no for a case that is gone."""
    case = Case.objects.filter(number=reference).first()
    if case is None:
        return False
    form = form_of(case.definition_key, case.definition_version)
    plate = str(answers_by_meaning(form, case.answers).get("vehicle.plate", ""))
    return bool(plate) and normalise_plate(typed, [plate.partition("-")[0]]) == plate


def register() -> None:
    """Tell the documents' room."""
    printed_plates.register("parking_permit", bears_plate)
