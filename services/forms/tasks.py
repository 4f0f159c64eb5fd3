"""Background work of the room."""

from __future__ import annotations

from tenants.communes.tasks import commune_task

from . import actions


@commune_task()
def purge_expired_drafts() -> int:
    """Delete one commune's expired drafts and their files; returns how many. May be run at any time."""
    return actions.purge_expired_drafts()
