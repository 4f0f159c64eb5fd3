"""Invariants of the room, as system checks."""

from __future__ import annotations

from typing import Any

from django.core import checks

from services.cases.models import CaseState
from services.cases.states import TRANSITIONS


@checks.register("cases")
def every_state_has_its_ways(**_: Any) -> list[checks.CheckMessage]:
    """cases.E001: the transition table names every state."""
    missing = [state for state in CaseState.values if state not in TRANSITIONS]
    return [checks.Error(f"No transitions for {', '.join(missing)}.", id="cases.E001")] if missing else []


@checks.register("cases")
def steps_can_finish(**_: Any) -> list[checks.CheckMessage]:
    """cases.E002: every default step is registered and waits only for steps before it."""
    from services.cases.outbox import step_handlers
    from services.cases.steps import DEFAULT_STEPS

    faults: list[checks.CheckMessage] = []
    for position, name in enumerate(DEFAULT_STEPS):
        if name not in step_handlers or not set(step_handlers.get(name).after) <= set(DEFAULT_STEPS[:position]):
            faults.append(checks.Error(f"Step {name!r} is unknown or waits for a later one.", id="cases.E002"))
    return faults
