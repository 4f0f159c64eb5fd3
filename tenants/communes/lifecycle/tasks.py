"""The end of a commune's life in the background."""

from __future__ import annotations

import structlog
from celery import shared_task

from tenants.communes.audit import NamedActor
from tenants.communes.lifecycle.offboarding import archive_commune
from tenants.communes.lifecycle.orders import fulfil_order, give_up_orders, lost_orders
from tenants.communes.lifecycle.remaining import ArchiveUnprovenError
from tenants.communes.lifecycle.removal import complete_removal
from tenants.communes.models import Commune
from tenants.communes.rollouts.locks import FleetBusyError
from tenants.communes.scope import public_scope
from tenants.communes.tasks import owner_task

log = structlog.get_logger(__name__)
HOURS = 3600
RESENT_EVERY = 600


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
def archive(*, commune_id: int, actor: str = "", reason: str = "") -> bool | str:
    """Carry out the order of a final archive. May be delivered twice, and while somebody is at it.

    A message of the release before carries who ordered and why; no row stands for it.
    """
    if not actor:
        return fulfil_order(commune_id=commune_id)
    with public_scope():
        commune = Commune.objects.get(pk=commune_id)
    return archive_commune(commune=commune, actor=NamedActor(actor), reason=reason).state


@shared_task(name="tenants.communes.resend_archives", acks_late=True)
def resend_archives() -> int:
    """Have ordered archives made whose order was lost on its way; returns how many. May be run at any time.

    Orders that nobody could carry out for days end here, with a word in the record.
    """
    give_up_orders()
    lost = lost_orders()
    for commune_id in lost:
        archive.apply_async(kwargs={"commune_id": commune_id}, expires=RESENT_EVERY)
    return len(lost)
