"""Provisioning in the background."""

from __future__ import annotations

from tenants.communes.provisioning.steps import provision_commune
from tenants.communes.tasks import owner_task


@owner_task(name="tenants.communes.provision")
def provision(*, run_id: str) -> str:
    """Make the commune of a run. May be delivered twice: a finished run is left alone."""
    return provision_commune(run_id=run_id).state
