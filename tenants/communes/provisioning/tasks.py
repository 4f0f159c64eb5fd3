"""Provisioning in the background."""

from __future__ import annotations

from datetime import timedelta

import structlog
from django.utils import timezone

from tenants.communes.models import CommuneState, ProvisioningRun
from tenants.communes.provisioning.clone import TemplateBusyError
from tenants.communes.provisioning.spares import keep_spares
from tenants.communes.provisioning.steps import BeingMadeError, provision_commune
from tenants.communes.tasks import owner_task

log = structlog.get_logger(__name__)
PICKED_UP_WITHIN = timedelta(seconds=30)


@owner_task(name="tenants.communes.provision")
def provision(*, run_id: str) -> str:
    """Make the commune of a run. May be delivered twice: a finished run is left alone."""
    try:
        return provision_commune(run_id=run_id).state
    except BeingMadeError:
        return ProvisioningRun.State.RUNNING


@owner_task(name="tenants.communes.provision_waiting")
def provision_waiting() -> int:
    """Make the communes whose message was lost or whose worker was killed, and have spare schemas ready again.

    Runs that failed wait for a person. Returns how many were made.
    """
    waiting = ProvisioningRun.objects.filter(
        state__in=[ProvisioningRun.State.WAITING, ProvisioningRun.State.RUNNING],
        created_at__lt=timezone.now() - PICKED_UP_WITHIN,
        commune__removal_began_at=None,
    ).exclude(commune__state=CommuneState.DELETED)
    made = 0
    for run_id in list(waiting.order_by("created_at").values_list("pk", flat=True)):
        try:
            provision_commune(run_id=run_id)
            made += 1
        except Exception as error:  # noqa: BLE001 -- kept in the run; the next one gets its turn
            log.warning("provisioning.not_completed", run=str(run_id), error=type(error).__name__)
    try:
        keep_spares()
    except TemplateBusyError:
        log.info("provisioning.no_spares_during_a_release")
    return made
