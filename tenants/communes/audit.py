"""The operator's record of acts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from tenants.communes.models import AuditEntry
from tenants.communes.scope import public_scope

# who acts on the command line and in the background
SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Act:
    """What was done to what."""

    verb: str
    target: str
    detail: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class NamedActor:
    """Who ordered what a worker does later, by the e-mail address that travelled with the order; "" is the system."""

    email: str


def record_act(*, actor: Any, verb: str, target: str, detail: dict[str, Any] | None = None) -> None:
    """Write one act to the platform's audit. `actor` is a user, or None for the command line or the system.

    Part of the caller's transaction: no act without its row, no row without its act.
    """
    record_acts(actor=actor, acts=[Act(verb, target, detail or {})])


def record_acts(*, actor: Any, acts: Sequence[Act]) -> None:
    """Write several acts of one actor, in their order, in one statement."""
    who = getattr(actor, "email", "") or SYSTEM
    with public_scope():
        AuditEntry.objects.bulk_create(
            AuditEntry(actor=who, verb=act.verb, target=act.target, detail=act.detail) for act in acts
        )
