"""Migrating the template once for a release, and keeping what was done to it as SQL.

The statements are taken where Django's schema editor sends them, parameters filled in, deferred SQL included; what it
merely asks of the catalogue is not among them. Everything happens in one transaction with the Release's row: a crash
leaves neither a migrated template without a record nor a record without a template.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.management.commands.migrate import Command as DjangoMigrate
from django.db import connection
from django.db.migrations.migration import Migration

from tenants.communes.rollouts.operations import alone_in_sql, follow_up_of
from tenants.communes.rollouts.steps import Change


class RecordingError(RuntimeError):
    """A release can't be recorded; the text says why and what to do."""


class Recorder:
    """Collects what Django does to the template, migration by migration."""

    def __init__(self) -> None:
        self.changes: list[Change] = []
        self._current: Change | None = None

    def begin(self, migration: Migration) -> None:
        """A migration starts."""
        records = tuple(migration.replaces) or ((migration.app_label, migration.name),)
        self._current = Change(migration.app_label, migration.name, tuple(records))

    def note(self, statement: str) -> None:
        """The schema editor sends a statement."""
        if self._current is None:
            raise RecordingError(f"A statement outside of any migration: {statement[:80]}")
        self._current.statements.append(statement.strip().rstrip(";"))

    def end(self, migration: Migration) -> None:
        """A migration is done, its deferred SQL included."""
        change = self._current
        if change is None:
            raise RecordingError(f"{migration} ended without having begun.")
        change.needs_django = not alone_in_sql(migration)
        change.statements += follow_up_of(migration)
        self.changes.append(change)
        self._current = None


@contextmanager
def recorded(recorder: Recorder) -> Iterator[None]:
    """The connection's schema editor tells `recorder` what it sends."""
    plain = connection.SchemaEditorClass

    class RecordingEditor(plain):  # type: ignore[misc, valid-type]
        def execute(self, statement: Any, params: Any = ()) -> None:
            text = str(statement)
            if params is not None:
                text = self.connection.ops.compose_sql(text, params)
            recorder.note(text)
            super().execute(text, None)

    connection.SchemaEditorClass = RecordingEditor
    try:
        yield
    finally:
        connection.SchemaEditorClass = plain


class RecordingMigrate(DjangoMigrate):
    """Django's `migrate` that tells a recorder which migration is at work, and settles it before the next."""

    def __init__(self, recorder: Recorder, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._recorder = recorder

    def migration_progress_callback(self, action: str, migration: Any = None, fake: bool = False) -> None:
        """Called by Django's executor."""
        if action == "apply_start":
            self._recorder.begin(migration)
        elif action == "apply_success":
            self._recorder.end(migration)
            settle()
        super().migration_progress_callback(action, migration, fake)


def settle() -> None:
    """Check deferred constraints now: a table with pending checks can't be altered by the next migration."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
