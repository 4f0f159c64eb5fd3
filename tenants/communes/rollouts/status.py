"""Who stands where, and how the last runs went."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tenants.communes.models import Commune, Rollout, RolloutItem
from tenants.communes.provisioning.clone import TEMPLATE_SCHEMA
from tenants.communes.queries import last_proven_restore
from tenants.communes.rollouts.migrating import Position, survey
from tenants.communes.rollouts.releases import Chain, own_level
from tenants.communes.rollouts.selection import Selector
from tenants.communes.rollouts.standing import pending_in, shared_labels, tenant_labels
from tenants.communes.scope import PUBLIC_SCHEMA, public_scope

RUNS_SHOWN = 5


@dataclass(frozen=True, slots=True)
class FleetStatus:
    """The fleet at one moment. `pending` counts migrations that public and template lack for this code."""

    newest: int
    own: int | None
    pending: dict[str, list[str]]
    positions: list[Position]
    without_schema: list[str]
    runs: list[Rollout]
    last_proven_restore: datetime | None = None

    @property
    def behind(self) -> list[Position]:
        """Communes whose schema is not at the newest release."""
        return [position for position in self.positions if position.is_behind]

    def levels(self) -> list[tuple[str, int]]:
        """How many schemas stand at each level, "unknown" for those off the chain."""
        counted = Counter("unknown" if p.level is None else str(p.level) for p in self.positions)
        return sorted(counted.items(), key=lambda pair: pair[0].zfill(9), reverse=True)

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        return {
            "newest_level": self.newest,
            "level_of_this_code": self.own,
            "pending": self.pending,
            "levels": dict(self.levels()),
            "behind": [
                {
                    "commune": position.commune.slug,
                    "level": position.level,
                    "known": position.missing is not None,
                    "problem": position.problem,
                }
                for position in self.behind
            ],
            "without_schema": self.without_schema,
            "last_proven_restore": self.last_proven_restore.isoformat() if self.last_proven_restore else None,
        }


def fleet_status(selector: Selector) -> FleetStatus:
    """Look at the selected communes: one statement over all the schemas of a cell.

    Where the shared tables are behind this code, only columns are read that the release before had too. Reading may
    fail all the same (`reading_shared_tables`).
    """
    pending = pending_migrations()
    communes = selector.communes(few=bool(pending[PUBLIC_SCHEMA]))
    positions = survey(communes)
    present = {position.commune.pk for position in positions}
    with public_scope():
        runs = list(Rollout.objects.only("command", "state", "began_at").order_by("-began_at")[:RUNS_SHOWN])
    return FleetStatus(
        newest=Chain.read().newest_level,
        own=own_level(),
        pending=pending,
        positions=positions,
        without_schema=[commune.slug for commune in communes if commune.pk not in present],
        runs=runs,
        last_proven_restore=last_proven_restore(),
    )


def pending_migrations() -> dict[str, list[str]]:
    """The migrations that the shared tables and the template lack for this code."""
    asked = {PUBLIC_SCHEMA: shared_labels(), TEMPLATE_SCHEMA: tenant_labels()}
    return {schema: [".".join(key) for key in pending_in(schema, labels)] for schema, labels in asked.items()}


def last_failure_of(commune: Commune) -> RolloutItem | None:
    """The newest run in which a commune failed, with the traceback."""
    with public_scope():
        failed = RolloutItem.objects.filter(commune=commune, state=RolloutItem.State.FAILED)
        return failed.select_related("rollout").order_by("-rollout__began_at").first()
