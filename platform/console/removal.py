"""What the console forgets when a commune is deleted."""

from __future__ import annotations

from console.models import Onboarding
from tenants.communes.lifecycle.removal import RemovalStep, removal_steps
from tenants.communes.scope import CommuneRef, public_scope


def forget_onboarding(commune: CommuneRef) -> None:
    """The answers of an onboarding name people. May run twice."""
    with public_scope():
        Onboarding.objects.filter(run__commune_id=commune.id).delete()


def register() -> None:
    """Enter this room among those that a removal asks."""
    removal_steps.register("console", RemovalStep(45, forget_onboarding, takes_data=False))
