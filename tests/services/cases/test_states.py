"""The life of a case as a state machine that anything may be tried on."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from services.cases.actions import TransitionError, ask_applicant, decide_case, withdraw_case, write_message
from services.cases.models import Case, CaseState
from services.cases.states import TRANSITIONS, change_state

from .conftest import OUTSIDE, run_all, submitted

FINAL = {CaseState.GRANTED, CaseState.REJECTED, CaseState.WITHDRAWN}


class Life(RuleBasedStateMachine):
    """A case, and everything people and workers may do with it."""

    clerk: Any = None

    def __init__(self) -> None:
        super().__init__()
        self.case = submitted(**OUTSIDE)
        self.seen = str(self.case.state)

    def tried(self, action: Any, **arguments: Any) -> None:
        try:
            with transaction.atomic():
                action(case=self.case, **arguments)
        except TransitionError:
            pass
        now = Case.objects.get(pk=self.case.pk).state
        assert now == self.seen or now in TRANSITIONS[self.seen]
        self.seen = now

    @rule()
    def work(self) -> None:
        Case.objects.get(pk=self.case.pk).steps.filter(name="issue").update(state="skipped", due_at=None)
        self.tried(lambda case: run_all(case))

    @rule(outcome=st.sampled_from(["grant", "reject"]))
    def decide(self, outcome: str) -> None:
        if self.seen == CaseState.SUBMITTED and outcome == "reject":
            return
        self.tried(decide_case, actor=self.clerk, outcome=outcome, reason="So ist es.", facts={"zone": "A"})

    @rule()
    def ask(self) -> None:
        self.tried(ask_applicant, actor=self.clerk, text="Wo wohnen Sie?")

    @rule()
    def answer(self) -> None:
        self.tried(write_message, text="Hier.")

    @rule()
    def withdraw(self) -> None:
        self.tried(withdraw_case)

    @invariant()
    def decided_cases_say_when_and_open_ones_do_not(self) -> None:
        case = Case.objects.get(pk=self.case.pk)
        assert (case.decided_at is not None) == (case.state in (CaseState.GRANTED, CaseState.REJECTED))
        assert (case.valid_until is not None) == (case.state == CaseState.GRANTED)

    @invariant()
    def each_decision_is_in_the_history_once(self) -> None:
        kinds = [event.kind for event in Case.objects.get(pk=self.case.pk).events.all()]
        assert sum(kinds.count(state) for state in FINAL) == (self.seen in FINAL)


def test_whatever_is_tried_a_case_only_goes_the_ways_of_the_table(in_gera: Any, clerk: Any) -> None:
    Life.clerk = clerk
    calm = settings(max_examples=12, stateful_step_count=8, deadline=None, suppress_health_check=list(HealthCheck))
    run_state_machine_as_test(Life, settings=calm)


@pytest.mark.parametrize("state", CaseState.values)
def test_only_the_ways_of_the_table_are_open(in_gera: Any, clerk: Any, state: str) -> None:
    for target in CaseState.values:
        case = submitted(plate=f"G-AB {CaseState.values.index(target) + 1}")
        decided = {"decided_at": case.submitted_at, "decided_by": clerk} if state in ("granted", "rejected") else {}
        Case.objects.filter(pk=case.pk).update(state=state, **decided)
        allowed = target == state or target in TRANSITIONS[state]
        if allowed:
            assert change_state(case=case, to=target, decided_by=clerk).state == target
        else:
            with pytest.raises(TransitionError):
                change_state(case=case, to=target, decided_by=clerk)


def test_the_database_refuses_a_rejection_without_a_person(in_gera: Any) -> None:
    case = submitted()
    with pytest.raises(IntegrityError, match="case_rejected_by_a_person"), transaction.atomic():
        Case.objects.filter(pk=case.pk).update(state="rejected", decided_at=case.submitted_at)
