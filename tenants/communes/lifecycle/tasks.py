"""The end of a commune's life in the background."""

from __future__ import annotations

import structlog

from tenants.communes.audit import NamedActor
from tenants.communes.lifecycle.offboarding import archive_commune
from tenants.communes.lifecycle.remaining import ArchiveUnprovenError
from tenants.communes.lifecycle.removal import complete_removal
from tenants.communes.models import Commune
from tenants.communes.rollouts.locks import FleetBusyError
from tenants.communes.scope import public_scope
from tenants.communes.tasks import owner_task

log = structlog.get_logger(__name__)
HOURS = 3600


@owner_task(name="tenants.communes.remove", time_limit=6 * HOURS)
def remove(*, commune_id: int) -> str:
    """Carry out an ordered removal. May be delivered twice, after it was done, and while somebody is at it."""
    try:
        return complete_removal(commune_id=commune_id).state
    except FleetBusyError:
        # whoever is at it completes it, or else the next night
        log.info("removal.busy", commune=commune_id)
        return ""
    except ArchiveUnprovenError:
        # noted in the record and at the archive, where the operator sees it
        return "refused"


@owner_task(name="tenants.communes.archive", time_limit=4 * HOURS)
def archive(*, commune_id: int, actor: str, reason: str) -> str:
    """Make and prove the final archive of a commune that leaves. May be delivered twice."""
    with public_scope():
        commune = Commune.objects.get(pk=commune_id)
    return archive_commune(commune=commune, actor=NamedActor(actor), reason=reason).state
