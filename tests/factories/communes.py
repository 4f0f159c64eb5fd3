"""Communes for tests, made the way real ones are."""

from __future__ import annotations

from typing import Any

from tenants.communes.actions import CommuneOrder, request_commune
from tenants.communes.models import Commune
from tenants.communes.provisioning.steps import provision_commune


def provision(official_name: str, **order: Any) -> Commune:
    """Request and provision a commune at once."""
    run = request_commune(order=CommuneOrder(official_name=official_name, **order), actor=None)
    return provision_commune(run_id=run.pk).commune
