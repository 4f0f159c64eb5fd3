"""Migrations with Python in them, run in one schema after another.

Django spends a second a schema on finding out what the models looked like at the time. That is the same in every
schema, so it is done once; then each operation runs in each schema as Django would run it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib.contenttypes.management import inject_rename_contenttypes_operations
from django.db import connection
from django.db.migrations import RunPython
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.migration import Migration
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

from tenants.communes.content_types import separate_by_schema
from tenants.communes.rollouts.standing import Key, tenant_labels
from tenants.communes.rollouts.steps import Step


class CodeTooOldError(RuntimeError):
    """A step needs a migration that this code does not bring."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A migration with the models before and after each of its operations."""

    migration: Migration
    operations: tuple[tuple[Operation, ProjectState, ProjectState], ...]

    def apply(self) -> None:
        """Run it in the schema of the scope, inside the caller's transaction."""
        label = self.migration.app_label
        with connection.schema_editor(atomic=self.migration.atomic) as editor:
            for operation, before, after in self.operations:
                operation.database_forwards(label, editor, before, after)


class Workshop:
    """What one worker keeps ready for the Python steps of a rollout. Not to be shared between threads.

    `applied` are the migrations of a schema that has taken all of `steps`.
    """

    def __init__(self, *, applied: set[Key], steps: Sequence[Step]) -> None:
        self._applied = applied
        self._steps = steps
        self._ready: dict[Key, Prepared] = {}
        self._loader: MigrationLoader | None = None

    def apply(self, step: Step) -> None:
        """Run one step in the schema of the scope. Its record is the caller's to write."""
        key = (step.app, step.name)
        if key not in self._ready:
            self._ready[key] = self._prepare(key)
        self._ready[key].apply()

    def _prepare(self, key: Key) -> Prepared:
        if self._loader is None:
            self._loader = MigrationLoader(None)
        nodes = self._loader.graph.nodes
        if key not in nodes:
            raise CodeTooOldError(f"This code does not bring the migration {key[0]}.{key[1]}: run the newer release.")
        migration = nodes[key]
        inject_rename_contenttypes_operations(plan=[(migration, False)])
        return Prepared(migration, tuple(_with_states(migration, self._state_before(key))))

    def _state_before(self, key: Key) -> ProjectState:
        """The models as they are in a schema that has taken all steps before `key`, and no later one."""
        order = [(step.app, step.name) for step in self._steps if step.app]
        later = set(order[order.index(key) :])
        ours = set(tenant_labels())
        loader = self._loader
        assert loader is not None  # noqa: S101
        state = ProjectState(real_apps=loader.unmigrated_apps)
        for node in _in_order(loader):
            applied = node[0] not in ours or node in self._applied
            if applied and node not in later:
                loader.graph.nodes[node].mutate_state(state, preserve=False)
        return state


def _in_order(loader: MigrationLoader) -> list[Key]:
    """All migrations in the order Django would take in an empty schema."""
    order: dict[Key, None] = {}
    for leaf in loader.graph.leaf_nodes():
        order |= dict.fromkeys(loader.graph.forwards_plan(leaf))
    return list(order)


def _with_states(migration: Migration, state: ProjectState) -> list[tuple[Operation, ProjectState, ProjectState]]:
    found = []
    for operation in migration.operations:
        if isinstance(operation, RunPython):
            # Django renders delayed models at each run; once is enough
            state.clear_delayed_apps_cache()
            state.is_delayed = False
        separate_by_schema(state.apps)
        after = state.clone()
        operation.state_forwards(migration.app_label, after)
        found.append((operation, state, after))
        state = after
    return found
