"""The order of a final archive: a row from the moment it is given, until it is proven or somebody reads why not.

The row is the commune's `archive_ordered_at`; who ordered and why stands in the record, as for a removal.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import structlog
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tenants.communes.audit import SYSTEM, NamedActor, record_act
from tenants.communes.lifecycle.offboarding import archive_commune, demand_offboarding
from tenants.communes.lifecycle.remaining import ArchiveUnprovenError
from tenants.communes.models import AuditEntry, Commune, CommuneState
from tenants.communes.reasons import reason_of
from tenants.communes.rollouts.locks import FleetBusyError, fleet_lock
from tenants.communes.scope import public_scope
from tenants.communes.states import TransitionError

log = structlog.get_logger(__name__)
ORDERED, FAILED = "commune.archive_ordered", "commune.archive_failed"
MADE = ("commune.archived", "commune.archived_again")
# these say to a person what to do
IN_WORDS = (ArchiveUnprovenError, TransitionError)
# an order that nobody seems to work on is sent again
LOST_AFTER = timedelta(minutes=10)
# one that takes its worker down each time is not tried without end
GIVEN_UP_AFTER = timedelta(days=3)


def order_archive(*, commune: Commune, actor: Any, reason: str) -> Commune:
    """Have the owner's worker make and prove the final archive of a commune that leaves.

    Ordering twice is ordering once. No broker has to be there. Raises TransitionError unless the commune is leaving.
    """
    from tenants.communes.lifecycle.tasks import archive

    with public_scope(), transaction.atomic():
        row = Commune.objects.select_for_update().get(pk=commune.pk)
        demand_offboarding(row)
        if row.archive_ordered_at is None:
            row.archive_ordered_at = timezone.now()
            row.save(update_fields=["archive_ordered_at"])
            record_act(actor=actor, verb=ORDERED, target=row.schema_name, detail={"reason": reason})
        # a lost one is found by its row
        transaction.on_commit(lambda: archive.delay(commune_id=row.pk), robust=True)
    return row


def fulfil_order(*, commune_id: int) -> bool:
    """Make and prove an archive that was ordered; returns whether this call did. Not inside a transaction.

    May run twice, and after a crash it is simply begun again. What can't be done ends the order and is recorded with
    its reason, for the operator to see. While somebody else is at it, nothing is done.
    """
    try:
        with fleet_lock(f"order of archive {commune_id}"):
            return _fulfil(commune_id)
    except FleetBusyError:
        log.info("archive.busy", commune=commune_id)
        return False


def _fulfil(commune_id: int) -> bool:
    with public_scope():
        commune = Commune.objects.filter(pk=commune_id, archive_ordered_at__isnull=False).first()
        if commune is None:
            return False
        order = AuditEntry.objects.filter(verb=ORDERED, target=commune.schema_name).latest("pk")
    by = NamedActor("" if order.actor == SYSTEM else order.actor)
    try:
        archive_commune(commune=commune, actor=by, reason=str(order.detail.get("reason", "")))
    except FleetBusyError:
        raise  # the night has it: later again
    except Exception as error:  # noqa: BLE001 - whatever it is, who ordered must see that it failed
        _end(commune, problem=str(error) if isinstance(error, IN_WORDS) else reason_of(error))
        return False
    _end(commune)
    return True


def _end(commune: Commune, *, problem: str = "") -> None:
    """The order is done; with a problem, that is recorded, unless the order was taken back or fulfilled meanwhile."""
    with public_scope(), transaction.atomic():
        stood = Commune.objects.filter(pk=commune.pk, archive_ordered_at__isnull=False).update(archive_ordered_at=None)
        if stood and problem:
            record_act(actor=None, verb=FAILED, target=commune.schema_name, detail={"reason": problem})
    if problem:
        log.error("archive.order_failed", commune=commune.schema_name)


def give_up_orders() -> int:
    """End the orders that nobody could carry out for days; returns how many."""
    with public_scope():
        lost = list(Commune.objects.filter(archive_ordered_at__lt=timezone.now() - GIVEN_UP_AFTER))
    for commune in lost:
        _end(commune, problem=_("In drei Tagen nicht gelungen."))
    return len(lost)


def lost_orders() -> list[int]:
    """Communes whose archive was ordered a while ago and is not there."""
    with public_scope():
        lost = Commune.objects.filter(archive_ordered_at__lt=timezone.now() - LOST_AFTER)
        return list(lost.values_list("pk", flat=True))


def failure_of(commune: Commune) -> str:
    """Why the last archive that was ordered failed; "" where none did, or where another was ordered or made since."""
    if commune.state not in (CommuneState.OFFBOARDING, CommuneState.ARCHIVED):
        return ""
    with public_scope():
        acts = AuditEntry.objects.filter(target=commune.schema_name, verb__in=(ORDERED, FAILED, *MADE))
        last = acts.order_by("-pk").first()
    return str(last.detail.get("reason", "")) if last is not None and last.verb == FAILED else ""
