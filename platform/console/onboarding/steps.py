"""The pages of an onboarding, in their order."""

from __future__ import annotations

from dataclasses import dataclass

from django.forms import Form
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from console.models import Onboarding
from console.onboarding import forms


@dataclass(frozen=True, slots=True)
class Step:
    """One page: its place in the address, its name, its form and the answers it gives."""

    key: str
    title: Promise
    form: type[Form]

    @property
    def answers(self) -> tuple[str, ...]:
        return tuple(self.form.base_fields)


STEPS: tuple[Step, ...] = (
    Step("adresse", _("Name und Adresse"), forms.AddressForm),
    Step("gestalt", _("Erscheinungsbild"), forms.BrandForm),
    Step("leistungen", _("Leistungen"), forms.BundleForm),
    Step("verwaltung", _("Erste Verwalterin oder erster Verwalter"), forms.AdministratorForm),
)
# choosing the commune comes before, checking the answers after
TOTAL = len(STEPS) + 2


class UnknownStepError(LookupError):
    """There is no page of that name."""


def step_of(key: str) -> Step:
    """The step of an address. Raises UnknownStepError."""
    for step in STEPS:
        if step.key == key:
            return step
    raise UnknownStepError(key)


def number_of(step: Step) -> int:
    """Its number as people count, choosing the commune being the first."""
    return STEPS.index(step) + 2


def following(step: Step) -> Step | None:
    """The next page, None before the check."""
    place = STEPS.index(step) + 1
    return STEPS[place] if place < len(STEPS) else None


def preceding(step: Step) -> Step | None:
    """The page before, None for the first."""
    place = STEPS.index(step)
    return STEPS[place - 1] if place else None


def first_open(onboarding: Onboarding) -> Step | None:
    """The first page that has no answers yet, None when all have."""
    return next((step for step in STEPS if step.key not in onboarding.answers.get("done", [])), None)
