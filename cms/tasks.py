"""Background work: pages whose hour has come or passed."""

from __future__ import annotations

from celery import shared_task

from cms.actions import publish_what_is_due
from tenants.communes.queries import open_communes
from tenants.communes.tasks import commune_task


@commune_task()
def publish_in_commune() -> None:
    """Publish and withdraw what one commune's editors have scheduled. May be run at any time."""
    publish_what_is_due()


@shared_task(name="cms.tasks.publish", acks_late=True)
def publish() -> int:
    """Have every open commune publish what is due, each in its own schema under its own role."""
    schemas = list(open_communes().values_list("schema_name", flat=True))
    for schema in schemas:
        publish_in_commune.delay(schema=schema)
    return len(schemas)
