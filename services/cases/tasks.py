"""Background work: run a step, find steps that were lost."""

from __future__ import annotations

from celery import shared_task

from services.cases import outbox
from tenants.communes.tasks import commune_task, send_to_every_commune


@commune_task()
def run_step(*, case_id: int, name: str) -> str | None:
    """Run one step of one case in a transaction of its own; the next is scheduled when it commits."""
    state = outbox.run_step(case_id=case_id, name=name)
    return state.value if state else None


@commune_task()
def sweep_commune() -> int:
    """Schedule one commune's due steps again that the broker may have lost."""
    return outbox.schedule_due_steps()


@shared_task(name="services.cases.tasks.sweep", acks_late=True)
def sweep() -> int:
    """Ask every open commune for lost steps; each looks into its own schema under its own role."""
    return send_to_every_commune(sweep_commune)
