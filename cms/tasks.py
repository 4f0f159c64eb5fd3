"""Background work: pages whose hour has come or passed."""

from __future__ import annotations

from celery import shared_task

from cms.actions import publish_what_is_due
from tenants.communes.tasks import commune_task, send_to_every_commune


@commune_task()
def publish_in_commune() -> None:
    """Publish and withdraw what one commune's editors have scheduled. May be run at any time."""
    publish_what_is_due()


@shared_task(name="cms.tasks.publish", acks_late=True)
def publish() -> int:
    """Have every open commune publish what is due, each in its own schema under its own role."""
    return send_to_every_commune(publish_in_commune)
