"""The life of a commune: one transition table, one function that walks it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from tenants.communes.audit import Act, record_acts
from tenants.communes.invalidation import announce
from tenants.communes.models import Commune, CommuneState
from tenants.communes.scope import public_scope

S = CommuneState
TRANSITIONS: dict[str, frozenset[str]] = {
    S.REQUESTED: frozenset({S.PROVISIONING, S.BROKEN, S.DELETED}),
    S.PROVISIONING: frozenset({S.ONBOARDING, S.BROKEN}),
    S.BROKEN: frozenset({S.PROVISIONING, S.DELETED}),
    S.ONBOARDING: frozenset({S.LIVE, S.SUSPENDED, S.OFFBOARDING}),
    S.LIVE: frozenset({S.SUSPENDED, S.OFFBOARDING}),
    S.SUSPENDED: frozenset({S.LIVE, S.OFFBOARDING}),
    S.OFFBOARDING: frozenset({S.LIVE, S.ARCHIVED}),
    S.ARCHIVED: frozenset({S.DELETED}),
    S.DELETED: frozenset(),
}
OPEN_STATES = frozenset({S.ONBOARDING.value, S.LIVE.value})


class TransitionError(Exception):
    """A commune can't go from its state to the wanted one. The text is for the person who tried."""


def change_state(*, commune: Commune, to: str, actor: Any, reason: str = "") -> Commune:
    """Move `commune` to the state `to` with an audit row. Asking for the state it is in changes nothing.

    Locks the row, so that two at once can't both move it. Raises TransitionError for a way that does not exist.
    """
    with public_scope(), transaction.atomic():
        row = Commune.objects.select_for_update().get(pk=commune.pk)
        if row.state != to:
            walk(row=row, path=[to], actor=actor, reason=reason)
    commune.state = row.state
    return row


def walk(*, row: Commune, path: Sequence[str], actor: Any, reason: str = "", **fields: Any) -> None:
    """Move a locked commune along `path`, an audit row for each state, and set `fields` with the last.

    The one place that assigns a commune's state. Part of the caller's transaction, in the public scope. Raises
    TransitionError for a way that does not exist, before anything is written.
    """
    acts = []
    for to in path:
        if row.removal_began_at is not None and to != S.DELETED:
            raise TransitionError(_("%(name)s wird gerade gelöscht.") % {"name": row.name})
        if to not in TRANSITIONS[row.state]:
            raise TransitionError(
                _("%(name)s ist „%(now)s“ und kann nicht „%(to)s“ werden.")
                % {"name": row.name, "now": CommuneState(row.state).label, "to": CommuneState(to).label}
            )
        acts.append(Act(f"commune.{to}", row.schema_name, {"from": row.state, "reason": reason}))
        row.state = to
    for name, value in fields.items():
        setattr(row, name, value)
    row.save(update_fields=["state", *fields])
    record_acts(actor=actor, acts=acts)
    announce("hosts")
