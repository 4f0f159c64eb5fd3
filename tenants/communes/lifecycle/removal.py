"""Deleting a commune: in steps that can each be repeated, begun by a person and completed by whoever runs next.

Nothing goes whose archive was not proven in that moment (`lifecycle.remaining`): without the proof the order is taken
back, or, where an earlier run has taken something already, stands still.

What stays: the commune's row as a tombstone (its schema's name is never used again), the record of acts, and the final
archive until it expires.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import structlog
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tenants.communes.archives.actions import delete_archive
from tenants.communes.audit import SYSTEM, NamedActor, record_act
from tenants.communes.caching import forget_entries
from tenants.communes.cells.leaving import drop_copies, refuse_while_moving
from tenants.communes.counters import forget_counts_of
from tenants.communes.invalidation import announce
from tenants.communes.lifecycle.dropping import drop_role, drop_schema
from tenants.communes.lifecycle.remaining import (
    ArchiveUnprovenError,
    Remaining,
    what_remains,
)
from tenants.communes.models import (
    Archive,
    AuditEntry,
    Commune,
    CommuneState,
    Domain,
    ProvisioningRun,
    ReadableExport,
)
from tenants.communes.registry import Registry
from tenants.communes.roles import role_of
from tenants.communes.rollouts.locks import fleet_lock
from tenants.communes.scope import CommuneRef, owner_scope, public_scope
from tenants.communes.states import TRANSITIONS, TransitionError, change_state
from tenants.communes.storage import commune_files

log = structlog.get_logger(__name__)
BEGAN, PROVEN, REFUSED = "commune.removal_began", "commune.removal_proven", "commune.removal_refused"
# seconds; the command line and the worker get the same order
PATIENCE = 60.0


class NameMismatchError(Exception):
    """What was typed to confirm is not the commune's name."""


@dataclass(frozen=True, slots=True)
class RemovalStep:
    """One thing that goes. `remove` must be safe to repeat; lower `order` goes first.

    `takes_data`: what goes is in the archive, which is read again right before. False for what can be made anew.
    """

    order: int
    remove: Callable[[CommuneRef], None]
    takes_data: bool = True


# rooms that keep something of a commune outside its schema (a customer at Stripe, …) register here
removal_steps: Registry[RemovalStep] = Registry("steps of a removal")


def delete_commune(
    *, commune: Commune, typed_name: str, actor: Any, reason: str, in_background: bool = True
) -> Commune:
    """Order the removal of a commune that is archived, broken or was only requested.

    The worker carries it out, unless the caller does (`in_background=False`); what can't be proven then is refused,
    and the order taken back. `typed_name` is the commune's name as the person typed it again. Ordering twice is
    ordering once. Raises NameMismatchError, and TransitionError from any other state.
    """
    from tenants.communes.lifecycle.tasks import remove

    with public_scope(), transaction.atomic():
        row = Commune.objects.select_for_update().get(pk=commune.pk)
        if row.state != CommuneState.DELETED and row.removal_began_at is None:
            _demand_name(row, typed_name)
            if CommuneState.DELETED not in TRANSITIONS[row.state]:
                raise TransitionError(
                    _("%(name)s ist „%(now)s“. Löschen können Sie nur, was archiviert ist oder nie fertig wurde.")
                    % {"name": row.name, "now": row.get_state_display()}
                )
            row.removal_began_at = timezone.now()
            row.save(update_fields=["removal_began_at"])
            record_act(actor=actor, verb=BEGAN, target=row.schema_name, detail={"reason": reason})
            announce("hosts")
        if row.state != CommuneState.DELETED and in_background:
            # the night finds it by its row
            transaction.on_commit(lambda: remove.delay(commune_id=row.pk), robust=True)
    return row


def _demand_name(commune: Commune, typed: str) -> None:
    typed = " ".join(typed.split())
    if typed not in (commune.official_name, commune.name):
        raise NameMismatchError(_("Geben Sie zur Bestätigung den Namen „%(name)s“ ein.") % {"name": commune.name})


def complete_removal(*, commune_id: int) -> Commune:
    """Carry out a removal that was ordered, or what is left of it after a crash. Twice does no harm.

    Proves the archive that remains first, by restoring it. Not inside a transaction: each step commits by itself.
    Raises ArchiveUnprovenError when there is no proof, and what stopped it; the next run goes on. While another
    process is at the same removal this one waits a minute, then raises FleetBusyError.
    """
    with fleet_lock(f"remove {commune_id}", wait=PATIENCE):
        return _complete(commune_id)


def _complete(commune_id: int) -> Commune:
    with public_scope():
        commune = Commune.objects.prefetch_related("domains").get(pk=commune_id)
    if commune.state == CommuneState.DELETED:
        return commune
    if commune.removal_began_at is None:
        if refused := refusal_of(commune):
            raise ArchiveUnprovenError(refused)
        raise TransitionError(_("Die Löschung von %(name)s wurde nicht angeordnet.") % {"name": commune.name})
    refuse_while_moving(commune.pk)
    try:
        with what_remains(commune) as remaining:
            with public_scope():
                record_act(actor=None, verb=PROVEN, target=commune.schema_name, detail=remaining.told)
            _walk(commune.ref(), remaining)
            return _bury(commune)
    except ArchiveUnprovenError as error:
        _refuse(commune, str(error))
        raise


def _walk(ref: CommuneRef, remaining: Remaining) -> None:
    for name, step in sorted(removal_steps.items(), key=lambda entry: entry[1].order):
        if step.takes_data:
            remaining.check()
        step.remove(ref)
        log.info("removal.step", commune=ref.schema, step=name)


def _refuse(commune: Commune, why: str) -> None:
    """Note the refusal, and take the order back where nothing has gone yet."""
    with public_scope(), transaction.atomic():
        row = Commune.objects.select_for_update().get(pk=commune.pk)
        record_act(actor=None, verb=REFUSED, target=row.schema_name, detail={"reason": why})
        if not _has_taken_something(row):
            row.removal_began_at = None
            row.save(update_fields=["removal_began_at"])
            announce("hosts")
    log.error("removal.refused", commune=commune.schema_name)


def _has_taken_something(commune: Commune) -> bool:
    acts = AuditEntry.objects.filter(target=commune.schema_name)
    ordered = acts.filter(verb=BEGAN).order_by("-pk").values_list("pk", flat=True).first()
    return acts.filter(verb=PROVEN, pk__gt=ordered or 0).exists()


def refusal_of(commune: Commune) -> str:
    """Why the last removal of a commune was refused; "" where none was, or where it was ordered again since."""
    with public_scope():
        acts = AuditEntry.objects.filter(target=commune.schema_name, verb__in=(BEGAN, REFUSED, PROVEN))
        last = acts.order_by("-pk").first()
    return str(last.detail.get("reason", "")) if last is not None and last.verb == REFUSED else ""


def _bury(commune: Commune) -> Commune:
    with public_scope(), transaction.atomic():
        order = AuditEntry.objects.filter(verb=BEGAN, target=commune.schema_name).order_by("-pk").first()
        email = order.actor if order and order.actor != SYSTEM else ""
        reason = str(order.detail.get("reason", "")) if order else ""
        row = Commune.objects.select_for_update().get(pk=commune.pk)
        row.brand, row.tags, row.last_activity_at = {}, [], None
        row.save(update_fields=["brand", "tags", "last_activity_at"])
        return change_state(commune=row, to=CommuneState.DELETED, actor=NamedActor(email), reason=reason)


def unfinished_removals() -> list[int]:
    """Communes whose removal was ordered and is not through."""
    with public_scope():
        found = Commune.objects.filter(removal_began_at__isnull=False).exclude(state=CommuneState.DELETED)
        return list(found.values_list("pk", flat=True))


def _remove_schema(commune: CommuneRef) -> None:
    drop_copies(commune.id)
    drop_schema(commune.schema, cell=commune.cell)


def _remove_role(commune: CommuneRef) -> None:
    drop_role(role_of(commune.schema), cell=commune.cell)


def _remove_files(commune: CommuneRef) -> None:
    with owner_scope(commune.schema, commune):
        commune_files().clear()


def _remove_cache(commune: CommuneRef) -> None:
    forget_entries(commune.schema)
    forget_counts_of(commune.schema)
    with public_scope(), transaction.atomic():
        announce("removed", commune.schema)


def _remove_domains(commune: CommuneRef) -> None:
    with public_scope(), transaction.atomic():
        Domain.objects.filter(tenant_id=commune.id).delete()
        announce("hosts")
        announce("pages", commune.schema)


def _remove_orders(commune: CommuneRef) -> None:
    """What was ordered for the commune names people: the order of its making, and of its exports."""
    with public_scope(), transaction.atomic():
        runs = ProvisioningRun.objects.filter(commune_id=commune.id)
        runs.update(brief={}, error="")
        # nobody makes again what is being removed
        runs.exclude(state=ProvisioningRun.State.DONE).update(state=ProvisioningRun.State.FAILED)
        ReadableExport.objects.filter(commune_id=commune.id).delete()


def _remove_archives(commune: CommuneRef) -> None:
    with public_scope():
        found = list(Archive.objects.filter(commune_id=commune.id).exclude(kind=Archive.Kind.FINAL))
    for archive in found:
        delete_archive(archive)


removal_steps.register("domains", RemovalStep(10, _remove_domains, takes_data=False))
removal_steps.register("schema", RemovalStep(20, _remove_schema))
removal_steps.register("role", RemovalStep(30, _remove_role, takes_data=False))
removal_steps.register("files", RemovalStep(40, _remove_files))
removal_steps.register("archives", RemovalStep(60, _remove_archives))
# not before: the order of an import names the archive that the proof rests on
removal_steps.register("orders", RemovalStep(70, _remove_orders, takes_data=False))
removal_steps.register("cache", RemovalStep(90, _remove_cache, takes_data=False))
