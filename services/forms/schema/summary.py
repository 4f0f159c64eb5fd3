"""Check your answers: every question that was asked, once, with the way back to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from .flow import asked
from .kinds import KINDS
from .model import Field, FormSchema


@dataclass(frozen=True, slots=True)
class SummaryRow:
    """One line of the summary. `change_step` is the key of the page where the answer can be changed."""

    step: str
    field: str
    label: str
    value: str
    change_step: str
    is_answered: bool = True


def summary(schema: FormSchema, answers: Mapping[str, Any], language: str = "de") -> list[SummaryRow]:
    """The answers of all visible fields in order, as people read them; unanswered ones say so."""
    with translation.override(language[:2]):
        return [
            _row(step.key, step.title.in_language(language), field, answers.get(field.key), language)
            for step, fields, _before in asked(schema, answers)
            for field in fields
        ]


def _row(step_key: str, title: str, field: Field, value: Any, language: str) -> SummaryRow:
    shown = KINDS[field.kind].show(field, value, language) if value is not None else _("keine Angabe")
    label = (field.summary or field.label).in_language(language)
    return SummaryRow(title, field.key, label, shown, step_key, value is not None)
