"""What is looked after once a day: files without a document, and the log."""

from __future__ import annotations

import logging

from celery import shared_task

from services.documents.actions import remove_orphans
from services.documents.log import verify_log
from tenants.communes.scope import require_commune
from tenants.communes.tasks import commune_task, send_to_every_commune

logger = logging.getLogger(__name__)


@commune_task()
def tidy_commune() -> int:
    """Remove files that no document names, and report a log that does not hold. Returns how many files went."""
    result = verify_log()
    if not result.intact:
        logger.error(
            "the document log of %s does not hold: entry %s, documents %s",
            require_commune().slug,
            result.broken_at,
            len(result.unmatched),
        )
    return len(remove_orphans())


@shared_task(name="services.documents.tasks.tidy", acks_late=True)
def tidy() -> int:
    """Ask every open commune to look after its documents."""
    return send_to_every_commune(tidy_commune)
