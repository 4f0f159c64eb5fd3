"""Bringing the shared tables, the template schema and the communes to the present release, in one call."""

from __future__ import annotations

from collections.abc import Callable

from tenants.communes.rollouts.crew import Outcome
from tenants.communes.rollouts.migrating import Orders, migrate_fleet
from tenants.communes.rollouts.template import create_template, migrate_schema, seed_template

__all__ = ["FleetMigrationError", "create_template", "migrate_everything", "migrate_schema", "seed_template"]
Say = Callable[[str], None]


class FleetMigrationError(RuntimeError):
    """Some communes could not be migrated; the text names them."""


class _Teller:
    """Names each commune that is done."""

    def __init__(self, say: Say) -> None:
        self._say = say

    def wave(self, number: int, waves: int, communes: int) -> None:
        """Waves are of no interest here."""

    def outcome(self, outcome: Outcome) -> None:
        """One commune is done or has failed."""
        self._say(outcome.commune.name)


def migrate_everything(say: Say, *, verbosity: int = 0) -> None:
    """Migrate public, then the template with its seeds, then every commune that is behind. Safe to repeat.

    Raises FleetMigrationError when a commune fails; `fleet migrate` shows more and can go on behind a failure.
    """
    report = migrate_fleet(orders=Orders(verbosity=verbosity), watcher=_Teller(say), say=say)
    if report.failed:
        first = report.failed[0]
        raise FleetMigrationError(f"{first.commune.name} could not be migrated: {first.reason}")
