"""Walking a provisioning run: every step may be repeated, a crash leaves a run that the next one completes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import structlog
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from tenants.communes.models import Commune, CommuneState, ProvisioningRun
from tenants.communes.provisioning.clone import clone_template, schema_exists
from tenants.communes.scope import commune_scope, public_scope
from tenants.communes.starters import Starter, StarterBrief, starters
from tenants.communes.states import change_state

log = structlog.get_logger(__name__)
SCHEMA_STEP = "schema"
OPEN_STEP = "open"


def step_names() -> list[str]:
    """All steps in order, as the console shows them."""
    return [SCHEMA_STEP, *(s.name for s in starters() if s.prepare is not None), OPEN_STEP]


def provision_commune(*, run_id: Any, actor: Any = None) -> ProvisioningRun:
    """Make the commune of a run, or complete what an earlier attempt began. A finished run is returned as it is.

    Each step commits with its mark, so a crash repeats one step at most. An error is kept in the run and raised.
    """
    run = _begin(run_id, actor)
    if run.state == ProvisioningRun.State.DONE:
        return run
    for name, work in _work(run, actor):
        if name in run.finished_steps:
            continue
        try:
            _do(run, name, work)
        except Exception as error:
            _fail(run, name, error, actor)
            raise
    run.state, run.step, run.finished_at = ProvisioningRun.State.DONE, "", timezone.now()
    run.save(update_fields=["state", "step", "finished_at"])
    log.info("provisioning.done", commune=run.commune.schema_name, attempts=run.attempts)
    return run


@transaction.atomic
def _begin(run_id: Any, actor: Any) -> ProvisioningRun:
    run = ProvisioningRun.objects.select_for_update().get(pk=run_id)
    if run.state != ProvisioningRun.State.DONE:
        run.state, run.error, run.attempts = ProvisioningRun.State.RUNNING, "", run.attempts + 1
        run.save()
        commune = Commune.objects.get(pk=run.commune_id)
        if commune.state in (CommuneState.REQUESTED, CommuneState.BROKEN):
            change_state(commune=commune, to=CommuneState.PROVISIONING, actor=actor)
    return run


def _prepare(starter: Starter, brief: StarterBrief) -> Callable[[], None]:
    def run_starter() -> None:
        with commune_scope(brief.commune):
            if starter.prepare is not None:
                starter.prepare(brief)

    return run_starter


def _work(run: ProvisioningRun, actor: Any) -> list[tuple[str, Callable[[], None]]]:
    commune = Commune.objects.prefetch_related("domains").get(pk=run.commune_id)
    fields = run.brief | {"bundle": tuple(run.brief.get("bundle", ()))}
    brief = StarterBrief(commune=commune.ref(), **fields)

    def make_schema() -> None:
        # in another cell this is another transaction than the mark's; done twice, the second time finds it
        if not schema_exists(commune.schema_name, cell=commune.cell):
            clone_template(commune.schema_name, cell=commune.cell)

    def open_portal() -> None:
        Commune.objects.filter(pk=commune.pk).update(release=settings.RELEASE)
        for state in (CommuneState.ONBOARDING, CommuneState.LIVE):
            change_state(commune=commune, to=state, actor=actor)

    inner = [(s.name, _prepare(s, brief)) for s in starters() if s.prepare is not None]
    return [(SCHEMA_STEP, make_schema), *inner, (OPEN_STEP, open_portal)]


def _do(run: ProvisioningRun, name: str, work: Callable[[], None]) -> None:
    run.step = name
    run.save(update_fields=["step"])
    with transaction.atomic():
        work()
        run.finished_steps = [*run.finished_steps, name]
        with public_scope():
            run.save(update_fields=["finished_steps"])


def _fail(run: ProvisioningRun, name: str, error: Exception, actor: Any) -> None:
    run.refresh_from_db(fields=["finished_steps"])
    run.state, run.error = ProvisioningRun.State.FAILED, f"{name}: {type(error).__name__}: {error}"
    run.save(update_fields=["state", "error"])
    change_state(commune=run.commune, to=CommuneState.BROKEN, actor=actor, reason=run.error)
    log.error("provisioning.failed", commune=run.commune.schema_name, step=name, error=type(error).__name__)
