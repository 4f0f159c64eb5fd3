"""Readable exports in the background."""

from __future__ import annotations

from tenants.communes.archives.readable.orders import fulfil
from tenants.communes.tasks import commune_task


@commune_task(time_limit=3600)
def make_readable(*, export_id: str) -> None:
    """Make an ordered export. May be delivered twice."""
    fulfil(export_id=export_id)
