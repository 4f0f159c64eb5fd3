"""Archives in the background."""

from __future__ import annotations

from tenants.communes.archives.nightly import archive_tonight, communes_tonight, tidy_up
from tenants.communes.archives.readable.orders import expire_exports, lost_exports
from tenants.communes.archives.readable.tasks import make_readable
from tenants.communes.lifecycle.removal import unfinished_removals
from tenants.communes.lifecycle.tasks import remove
from tenants.communes.tasks import owner_task

HOUR = 3600


@owner_task(name="tenants.communes.nightly", time_limit=HOUR)
def nightly() -> int:
    """Send each commune's archive as a task of its own, and take up what crashes left; returns how many were sent."""
    for commune_id in unfinished_removals():
        remove.delay(commune_id=commune_id)
    tidy_up()
    expire_exports()
    for schema, export_id in lost_exports():
        make_readable.delay(schema=schema, export_id=export_id)
    tonight = communes_tonight()
    for commune_id, proof in tonight:
        archive_one.delay(commune_id=commune_id, proof=proof)
    return len(tonight)


@owner_task(name="tenants.communes.archive_one", time_limit=4 * HOUR)
def archive_one(*, commune_id: int, proof: bool) -> str:
    """The nightly archive of one commune. May be delivered twice: then there are two."""
    archive = archive_tonight(commune_id=commune_id, proof=proof)
    return archive.path if archive else ""
