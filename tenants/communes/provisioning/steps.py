"""Making a commune in one transaction: schema, contents, open portal. A crash leaves nothing, and the run waits.

In another cell the schema and its contents are committed there first; the next run finds them and completes the rest.
"""

from __future__ import annotations

from typing import Any

import structlog
from django.conf import settings
from django.db import OperationalError, connection, transaction
from django.utils import timezone

from tenants.communes.archives.importing import IMPORT_STEPS, complete_import, is_import
from tenants.communes.models import Commune, CommuneState, ProvisioningRun
from tenants.communes.provisioning.clone import TemplateBusyError
from tenants.communes.provisioning.schemas import make_schema
from tenants.communes.reasons import reason_of
from tenants.communes.rollouts.locks import FleetBusyError
from tenants.communes.scope import PUBLIC_SCHEMA, commune_scope, owner_scope, public_scope
from tenants.communes.starters import StarterBrief, starters
from tenants.communes.states import change_state, walk

log = structlog.get_logger(__name__)
SCHEMA_STEP = "schema"
OPEN_STEP = "open"
PATIENCE = "2s"
S = ProvisioningRun.State
C = CommuneState


class BeingMadeError(RuntimeError):
    """Not at this moment: another process makes this commune, or a release changes the template. Try again later."""


class _Progress:
    """Which step of a run is at work: what an error is reported with."""

    def __init__(self) -> None:
        self.step = SCHEMA_STEP


def step_names() -> list[str]:
    """All steps in order, as the console shows them."""
    return [SCHEMA_STEP, *(s.name for s in starters() if s.prepare is not None), OPEN_STEP]


def steps_of(run: ProvisioningRun) -> list[str]:
    """The steps of one run: those of an import, or those of a new commune."""
    return list(IMPORT_STEPS) if is_import(run) else step_names()


def provision_commune(*, run_id: Any, actor: Any = None) -> ProvisioningRun:
    """Make the commune of a run. A finished run is returned as it is, so it may run twice, and twice at once.

    All or nothing; an error is kept in the run, with the step that failed, and raised. A run whose commune was deleted,
    or is being deleted, is returned as it is. Raises BeingMadeError when another process holds the run or a release the
    template; the run then waits as before.
    """
    progress = _Progress()
    try:
        run = _make(run_id, actor, progress)
    except BeingMadeError:
        raise
    except TemplateBusyError as error:
        raise BeingMadeError(str(error)) from error
    except Exception as error:
        _fail(run_id, progress.step, error, actor)
        raise
    if _is_gone(run.commune):
        log.warning("provisioning.left_alone", commune=run.commune.schema_name, run=str(run.pk))
        return run
    if is_import(run):
        try:
            return complete_import(run_id=run_id, actor=actor)
        except (FleetBusyError, TemplateBusyError) as error:
            raise BeingMadeError(str(error)) from error
    log.info("provisioning.done", commune=run.commune.schema_name, attempts=run.attempts)
    return run


def _is_gone(commune: Commune) -> bool:
    return commune.state == C.DELETED or commune.removal_began_at is not None


def is_being_made(run: ProvisioningRun) -> bool:
    """Whether a process works on this run now: it holds the row."""
    with public_scope(), transaction.atomic():
        free = ProvisioningRun.objects.select_for_update(skip_locked=True).filter(pk=run.pk).exists()
        return not free and run.state != S.DONE


@transaction.atomic
def _make(run_id: Any, actor: Any, progress: _Progress) -> ProvisioningRun:
    with public_scope():
        run = _hold(run_id)
        # another cell commits by itself: what is made there for a deleted commune would stay
        if run.state == S.DONE or is_import(run) or _is_gone(run.commune):
            return run
        commune = run.commune
        level = make_schema(commune.schema_name, cell=commune.cell)
        _fill(run, progress)
        progress.step = OPEN_STEP
        path = [C.PROVISIONING, C.ONBOARDING, C.LIVE]
        walk(
            row=commune,
            path=path if commune.state != C.PROVISIONING else path[1:],
            actor=actor,
            release=settings.RELEASE,
            level=level,
        )
        run.state, run.step, run.error, run.attempts = S.DONE, "", "", run.attempts + 1
        run.finished_steps, run.finished_at = step_names(), timezone.now()
        run.save(force_update=True)
    return run


def _hold(run_id: Any) -> ProvisioningRun:
    """The run and its commune, locked until the end: nobody else makes them meanwhile.

    Whoever looks at the run, or changes a word of the commune, holds a row for a moment too: that is waited for. An
    order would else be left to the schedule because the page that shows its progress came first.
    """
    run = _locked(run_id, skip_locked=True)
    if run is None:
        ProvisioningRun.objects.get(pk=run_id)
        try:
            with transaction.atomic(), owner_scope(PUBLIC_SCHEMA), connection.cursor() as cursor:
                cursor.execute(f"SET LOCAL lock_timeout = '{PATIENCE}'")
                run = _locked(run_id)
                cursor.execute("SET LOCAL lock_timeout TO DEFAULT")
        except OperationalError as error:
            raise BeingMadeError(f"The run {run_id} is being worked on.") from error
    if run is None:
        raise BeingMadeError(f"The run {run_id} is gone.")
    return run


def _locked(run_id: Any, *, skip_locked: bool = False) -> ProvisioningRun | None:
    held = ProvisioningRun.objects.select_for_update(skip_locked=skip_locked, of=("self", "commune"))
    return held.select_related("commune").prefetch_related("commune__domains").filter(pk=run_id).first()


def _fill(run: ProvisioningRun, progress: _Progress) -> None:
    """Let every room bring what a new commune begins with, in one transaction."""
    fields = run.brief | {"bundle": tuple(run.brief.get("bundle", ()))}
    brief = StarterBrief(commune=run.commune.ref(), **fields)
    with commune_scope(brief.commune, savepoint=False):
        for starter in starters():
            progress.step = starter.name
            if starter.prepare is not None:
                starter.prepare(brief)


def _fail(run_id: Any, step: str, error: Exception, actor: Any) -> None:
    with public_scope(), transaction.atomic():
        run = ProvisioningRun.objects.select_for_update().get(pk=run_id)
        # without the details, in which the database quotes rows: the record keeps it for ever
        run.state, run.error, run.attempts = S.FAILED, f"{step}: {reason_of(error)}", run.attempts + 1
        run.save(update_fields=["state", "error", "attempts"])
        change_state(commune=Commune.objects.get(pk=run.commune_id), to=C.BROKEN, actor=actor, reason=run.error)
    log.error("provisioning.failed", commune=run.commune.schema_name, step=step, error=type(error).__name__)
