"""Provisioning in the background."""

from __future__ import annotations

from celery import shared_task

from tenants.communes.provisioning.steps import provision_commune


@shared_task(name="tenants.communes.provision", acks_late=True)
def provision(*, run_id: str) -> str:
    """Make the commune of a run. May be delivered twice: a finished run is left alone."""
    return provision_commune(run_id=run_id).state
