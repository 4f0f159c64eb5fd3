"""From answers to facts: what the decision table of a definition is run on.

A definition names its facts; each has a source here, or is the answer of the same name. A fact that nobody can give is
None, which the tables treat as unclear: then a person decides.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from services.cases.models import Case, CaseState
from services.cases.offerings import definition_of, settings_of
from services.cases.zones import CHECK, complaint_about, zone_of
from services.forms.answer_checks import answer_checks
from tenants.communes.registry import Registry
from tenants.communes.text import person_key


@dataclass(frozen=True, slots=True)
class FactQuestion:
    """What a source may look at."""

    case: Case
    settings: Mapping[str, Any]

    def answer(self, key: str) -> Any:
        return self.case.answers.get(key)


fact_sources: Registry[Callable[[FactQuestion], Any]] = Registry("fact sources")


def facts_for(case: Case) -> dict[str, Any]:
    """The facts that the case's definition wants, as JSON values."""
    question = FactQuestion(case, settings_of(case))
    return {name: _fact(name, question) for name in definition_of(case).facts}


def other_valid_permits(case: Case) -> int:
    """How many other granted, still valid cases of the same definition this person has."""
    others = Case.objects.filter(
        definition_key=case.definition_key,
        state=CaseState.GRANTED,
        applicant_birth_date=case.applicant_birth_date,
        valid_until__gte=timezone.localdate(),
    )
    names = others.exclude(pk=case.pk).values_list("applicant_name", flat=True)
    wanted = person_key(case.applicant_name)
    return sum(person_key(name) == wanted for name in names)


def register() -> None:
    """Enter our sources, and the check that forms name `parking_zone`."""
    fact_sources.register("zone", lambda asked: zone_of(asked.settings, asked.case.applicant_address))
    fact_sources.register("own_vehicle", lambda asked: {"yes": True, "no": False}.get(asked.answer("own_vehicle")))
    fact_sources.register("keeper_statement", lambda asked: bool(asked.answer("keeper_statement")))
    fact_sources.register("other_permits", lambda asked: other_valid_permits(asked.case))
    answer_checks.register(CHECK, complaint_about)


def _fact(name: str, question: FactQuestion) -> Any:
    if name in fact_sources:
        return fact_sources.get(name)(question)
    return question.answer(name)
