"""Archives in the background."""

from __future__ import annotations

from collections.abc import Callable

import structlog
from celery import shared_task

from tenants.communes.archives.actions import tidy_shelf
from tenants.communes.archives.nightly import archive_tonight, communes_tonight, expire_archives
from tenants.communes.archives.proof import tidy_scratch
from tenants.communes.archives.readable.orders import expire_exports, give_up_exports, lost_exports
from tenants.communes.archives.readable.tasks import make_readable
from tenants.communes.lanes import ARCHIVES
from tenants.communes.lifecycle.removal import unfinished_removals
from tenants.communes.lifecycle.tasks import remove
from tenants.communes.reasons import reason_of
from tenants.communes.tasks import owner_task

HOUR = 3600
RESENT_EVERY = 600
log = structlog.get_logger(__name__)


@owner_task(name="tenants.communes.nightly", time_limit=HOUR)
def nightly() -> None:
    """Send each commune's archive as a task of its own, and take up what crashes left and what has expired.

    A part that fails stops no other. Raises RuntimeError at the end that names those that failed.
    """
    failed = []
    for name, part in PARTS:
        try:
            part()
        except Exception as error:  # noqa: BLE001 - whatever it is, the other parts are not to suffer from it
            log.error("night.part_failed", part=name, reason=reason_of(error))
            failed.append(name)
    if failed:
        raise RuntimeError(f"Parts of the night failed: {', '.join(failed)}.")


@owner_task(name="tenants.communes.archive_one", time_limit=4 * HOUR, lane=ARCHIVES)
def archive_one(*, commune_id: int, proof: bool) -> str:
    """The nightly archive of one commune. May be delivered twice: the second goes on where the first stopped."""
    archive = archive_tonight(commune_id=commune_id, proof=proof)
    return archive.path if archive else ""


def _send_archives() -> None:
    for commune_id, proof in communes_tonight():
        archive_one.delay(commune_id=commune_id, proof=proof)


def _send_removals() -> None:
    for commune_id in unfinished_removals():
        remove.delay(commune_id=commune_id)


@shared_task(name="tenants.communes.resend_exports", acks_late=True)
def resend_exports() -> int:
    """Have ordered exports made whose order was lost on its way; returns how many. May be run at any time."""
    lost = lost_exports()
    for schema, export_id in lost:
        make_readable.apply_async(kwargs={"schema": schema, "export_id": export_id}, expires=RESENT_EVERY)
    return len(lost)


# archives first: nothing else of the night may keep them from being made
PARTS: tuple[tuple[str, Callable[[], object]], ...] = (
    ("archives", _send_archives),
    ("removals", _send_removals),
    ("shelf", tidy_shelf),
    ("scratch schemas", tidy_scratch),
    ("final archives", expire_archives),
    ("expired exports", expire_exports),
    ("exports given up", give_up_exports),
    ("lost exports", resend_exports),
)
