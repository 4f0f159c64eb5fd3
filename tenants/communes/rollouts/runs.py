"""One run over the fleet, wave by wave, with a row for each commune that says what became of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from django.db import transaction
from django.utils import timezone

from tenants.communes.audit import SYSTEM, record_act
from tenants.communes.models import Commune, Rollout, RolloutItem
from tenants.communes.rollouts.crew import Crew, MakeWork, Outcome
from tenants.communes.scope import public_scope

# results are written together: so many, or after so many seconds
WRITTEN_TOGETHER = 50
WRITTEN_AFTER = 0.5
# what follows when communes are done, in the transaction that says so
OnDone = Callable[[Sequence[int]], None]


class Watcher(Protocol):
    """Who is told how a run goes."""

    def wave(self, number: int, waves: int, communes: int) -> None:
        """A wave begins."""

    def outcome(self, outcome: Outcome) -> None:
        """One commune is done or has failed."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be done, for whom, in which waves and how carefully. `out_of_reach` have failed before it begins."""

    command: str
    options: dict[str, Any]
    waves: list[list[Commune]]
    jobs: int = 2
    stop_on_failure: bool = True
    has_canary: bool = False
    out_of_reach: list[Outcome] = field(default_factory=list)

    @property
    def parts(self) -> int:
        """The waves, and a last one of those that are out of reach."""
        return len(self.waves) + bool(self.out_of_reach)


@dataclass(slots=True)
class Report:
    """How a run went. `untouched` communes were left as they are because it stopped before them."""

    outcomes: list[Outcome] = field(default_factory=list)
    planned: int = 0
    stopped: bool = False

    @property
    def failed(self) -> list[Outcome]:
        """The failures."""
        return [outcome for outcome in self.outcomes if outcome.error]

    @property
    def untouched(self) -> int:
        """How many were not begun."""
        return self.planned - len(self.outcomes)


def carry_out(*, plan: Plan, make_work: MakeWork, watcher: Watcher, on_done: OnDone) -> Report:
    """Work through the waves of `plan` and keep what became of each commune.

    A failure in the canary wave always stops the run; in a later one, if the plan says so. What is out of reach is
    entered as failed and stops nobody. The caller holds the lock of the command, so an earlier run of it that still
    counts as running is dead: it is closed.
    """
    report = Report(planned=sum(len(wave) for wave in plan.waves) + len(plan.out_of_reach))
    rollout = open_rollout(plan)
    ledger = Ledger(rollout, on_done)
    try:
        with Crew(plan.jobs, make_work) as crew:
            for number, wave in enumerate(plan.waves):
                stop = plan.stop_on_failure or (number == 0 and plan.has_canary)
                watcher.wave(number, plan.parts, len(wave))
                for outcome in crew.work_through([commune.ref() for commune in wave], stop_on_failure=stop):
                    report.outcomes.append(outcome)
                    ledger.note(outcome)
                    watcher.outcome(outcome)
                ledger.write()
                if report.failed and stop:
                    break
        if plan.out_of_reach:
            watcher.wave(len(plan.waves), plan.parts, len(plan.out_of_reach))
        for outcome in plan.out_of_reach:
            report.outcomes.append(outcome)
            ledger.note(outcome)
            watcher.outcome(outcome)
    finally:
        ledger.write()
        report.stopped = len(report.outcomes) < report.planned
        close_rollout(rollout, report)
    return report


def open_rollout(plan: Plan) -> Rollout:
    """Enter the run with all its communes, after closing what an ended process left open."""
    with public_scope(), transaction.atomic():
        close_abandoned(plan.command)
        rollout = Rollout.objects.create(command=plan.command, options=plan.options, actor=SYSTEM)
        RolloutItem.objects.bulk_create(
            RolloutItem(rollout=rollout, commune=commune, wave=number)
            for number, wave in enumerate(plan.waves)
            for commune in wave
        )
        RolloutItem.objects.bulk_create(
            RolloutItem(rollout=rollout, commune_id=outcome.commune.id, wave=len(plan.waves))
            for outcome in plan.out_of_reach
        )
    return rollout


def close_abandoned(command: str) -> None:
    """Close runs of `command` whose process has ended. Only for who holds the command's lock."""
    with public_scope():
        for rollout in Rollout.objects.filter(command=command, state=Rollout.State.RUNNING):
            rollout.state, rollout.ended_at = Rollout.State.STOPPED, timezone.now()
            rollout.save(update_fields=["state", "ended_at"])
            record_act(actor=None, verb="fleet.abandoned", target=command, detail={"rollout": str(rollout.pk)})


def close_rollout(rollout: Rollout, report: Report) -> None:
    """Say that the run is over, with an audit row."""
    with public_scope(), transaction.atomic():
        rollout.state = Rollout.State.STOPPED if report.stopped else Rollout.State.DONE
        rollout.ended_at = timezone.now()
        rollout.save(update_fields=["state", "ended_at"])
        counts = {
            "communes": report.planned,
            "failed": [outcome.commune.schema for outcome in report.failed],
            "untouched": report.untouched,
        }
        record_act(
            actor=None,
            verb=f"fleet.{rollout.state}",
            target=rollout.command[:120],
            detail={"rollout": str(rollout.pk)} | counts,
        )


class Ledger:
    """Writes outcomes to the rows of a run, several at a time."""

    def __init__(self, rollout: Rollout, on_done: OnDone) -> None:
        self._rollout = rollout
        self._on_done = on_done
        self._unwritten: list[Outcome] = []
        self._written_at = time.monotonic()

    def note(self, outcome: Outcome) -> None:
        """Keep an outcome; write if it is time."""
        self._unwritten.append(outcome)
        if len(self._unwritten) >= WRITTEN_TOGETHER or time.monotonic() - self._written_at > WRITTEN_AFTER:
            self.write()

    def write(self) -> None:
        """Write what is not written yet."""
        outcomes, self._unwritten = self._unwritten, []
        self._written_at = time.monotonic()
        if not outcomes:
            return
        by_commune = {outcome.commune.id: outcome for outcome in outcomes}
        with public_scope(), transaction.atomic():
            items = list(RolloutItem.objects.filter(rollout=self._rollout, commune_id__in=by_commune))
            for item in items:
                outcome = by_commune[item.commune_id]
                item.state = RolloutItem.State.FAILED if outcome.error else RolloutItem.State.DONE
                item.seconds, item.error = outcome.seconds, outcome.error
            RolloutItem.objects.bulk_update(items, ["state", "seconds", "error"])
            self._on_done([outcome.commune.id for outcome in outcomes if not outcome.error])
