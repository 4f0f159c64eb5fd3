"""The operator's record of acts."""

from __future__ import annotations

from typing import Any

from tenants.communes.models import AuditEntry
from tenants.communes.scope import public_scope

# who acts on the command line and in the background
SYSTEM = "system"


def record_act(*, actor: Any, verb: str, target: str, detail: dict[str, Any] | None = None) -> AuditEntry:
    """Write one act to the platform's audit. `actor` is a user, or None for the command line or the system.

    Part of the caller's transaction: no act without its row, no row without its act.
    """
    with public_scope():
        return AuditEntry.objects.create(
            actor=getattr(actor, "email", "") or SYSTEM, verb=verb, target=target, detail=detail or {}
        )
