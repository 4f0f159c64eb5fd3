"""Background work: drafts whose time is over."""

from __future__ import annotations

from celery import shared_task

from services.forms import actions
from tenants.communes.queries import open_communes
from tenants.communes.tasks import commune_task


@commune_task()
def purge_commune() -> int:
    """Delete one commune's expired drafts and their files; returns how many. May be run at any time."""
    return actions.purge_expired_drafts()


@shared_task(name="services.forms.tasks.purge", acks_late=True)
def purge() -> int:
    """Have every open commune delete its expired drafts, each in its own schema under its own role."""
    schemas = list(open_communes().values_list("schema_name", flat=True))
    for schema in schemas:
        purge_commune.delay(schema=schema)
    return len(schemas)
