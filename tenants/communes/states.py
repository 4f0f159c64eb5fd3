"""The life of a commune: one transition table, one function that walks it."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.http import HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _

from tenants.communes.audit import record_act
from tenants.communes.invalidation import announce
from tenants.communes.models import Commune, CommuneState
from tenants.communes.scope import CommuneRef, public_scope

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
            if to not in TRANSITIONS[row.state]:
                raise TransitionError(
                    _("%(name)s ist „%(now)s“ und kann nicht „%(to)s“ werden.")
                    % {"name": row.name, "now": row.get_state_display(), "to": CommuneState(to).label}
                )
            before, row.state = row.state, to
            row.save(update_fields=["state"])
            record_act(
                actor=actor,
                verb=f"commune.{to}",
                target=row.schema_name,
                detail={"from": before, "reason": reason},
            )
            announce("hosts")
            announce("pages", row.schema_name)
    commune.state = row.state
    return row


def closed_page(commune: CommuneRef) -> HttpResponse:
    """What visitors see of a commune that is not open: friendly, without a query into its schema."""
    page = render_to_string("themes/errors/closed.html", {"commune": commune})
    return HttpResponse(page, status=503, headers={"Retry-After": "3600", "Cache-Control": "no-store"})
