"""Background work: drafts whose time is over."""

from __future__ import annotations

from celery import shared_task

from services.forms import actions
from tenants.communes.tasks import commune_task, send_to_every_commune


@commune_task()
def purge_commune() -> int:
    """Delete one commune's expired drafts and their files; returns how many. May be run at any time."""
    return actions.purge_expired_drafts()


@shared_task(name="services.forms.tasks.purge", acks_late=True)
def purge() -> int:
    """Have every open commune delete its expired drafts, each in its own schema under its own role."""
    return send_to_every_commune(purge_commune)
