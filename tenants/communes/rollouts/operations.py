"""Which operations of a migration are wholly told by the SQL they send, and which Django must repeat in each schema."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib.contenttypes.management import RenameContentType
from django.db import connection, migrations
from django.db.migrations.migration import Migration
from django.db.migrations.operations.base import Operation
from psycopg import sql

# exactly these classes: a subclass may do more than its parent
_SCHEMA = {
    migrations.CreateModel,
    migrations.DeleteModel,
    migrations.RenameModel,
    migrations.AlterModelTable,
    migrations.AlterModelTableComment,
    migrations.AlterUniqueTogether,
    migrations.AlterIndexTogether,
    migrations.AlterOrderWithRespectTo,
    migrations.AlterModelOptions,
    migrations.AlterModelManagers,
    migrations.RemoveField,
    migrations.RenameField,
    migrations.AddIndex,
    migrations.RemoveIndex,
    migrations.RenameIndex,
    migrations.AddConstraint,
    migrations.RemoveConstraint,
    migrations.AlterConstraint,
    migrations.RunSQL,
}
# what these make is the same each time
_PLAIN_DEFAULTS: tuple[Any, ...] = (dict, list, set, tuple, str, int, float, bool)


def alone_in_sql(migration: Migration) -> bool:
    """Whether replaying the recorded statements does what running the migration would."""
    return all(_operation_in_sql(operation) for operation in migration.operations)


def _operation_in_sql(operation: Operation) -> bool:
    kind = type(operation)
    if kind is migrations.SeparateDatabaseAndState:
        return all(_operation_in_sql(inner) for inner in operation.database_operations)  # type: ignore[attr-defined]
    if kind is migrations.RunPython:
        return operation.code is migrations.RunPython.noop  # type: ignore[attr-defined]
    if kind is RenameContentType:
        return True  # told by `follow_up_of`
    if kind is migrations.AddField or kind is migrations.AlterField:
        return not _made_anew(operation.field)  # type: ignore[attr-defined]
    return kind in _SCHEMA


def _made_anew(field: Any) -> bool:
    """Whether the field's default for existing rows differs from schema to schema: a token, a key, a moment."""
    if getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False):
        return True
    return callable(field.default) and field.has_default() and field.default not in _PLAIN_DEFAULTS


def follow_up_of(migration: Migration) -> list[str]:
    """SQL for what Django's injected renaming of content types does through models."""
    return [
        _composed(
            "UPDATE django_content_type SET model = {new} WHERE app_label = {app} AND model = {old}"
            " AND NOT EXISTS (SELECT 1 FROM django_content_type WHERE app_label = {app} AND model = {new})",
            app=operation.app_label,
            old=operation.old_model,
            new=operation.new_model,
        )
        for operation in migration.operations
        if isinstance(operation, RenameContentType)
    ]


def rows_added(before: Rows, after: Rows) -> list[str]:
    """SQL that adds the content types and permissions which `after` has more than `before`, by natural key."""
    types = sorted(after.content_types - before.content_types)
    permissions = sorted(after.permissions - before.permissions)
    statements = []
    if types:
        statements.append(
            "INSERT INTO django_content_type (app_label, model) SELECT v.app_label, v.model FROM "
            f"({_values(types)}) AS v (app_label, model) WHERE NOT EXISTS (SELECT 1 FROM django_content_type c "
            "WHERE c.app_label = v.app_label AND c.model = v.model)"
        )
    if permissions:
        statements.append(
            "INSERT INTO auth_permission (name, content_type_id, codename) SELECT v.name, c.id, v.codename FROM "
            f"({_values(permissions)}) AS v (app_label, model, codename, name) "
            "JOIN django_content_type c ON c.app_label = v.app_label AND c.model = v.model "
            "WHERE NOT EXISTS (SELECT 1 FROM auth_permission p WHERE p.content_type_id = c.id "
            "AND p.codename = v.codename)"
        )
    return statements


class Rows:
    """The content types and permissions of the schema in whose owner's scope this is made."""

    def __init__(self) -> None:
        self.content_types: set[tuple[str, ...]] = set()
        self.permissions: set[tuple[str, ...]] = set()

    @classmethod
    def here(cls) -> Rows:
        """Read them; nothing for a schema that has no tables yet."""
        rows = cls()
        with connection.cursor() as cursor:
            cursor.execute("SELECT to_regclass(quote_ident(current_schema()) || '.auth_permission')")
            if cursor.fetchone()[0] is None:
                return rows
            cursor.execute("SELECT app_label, model FROM django_content_type")
            rows.content_types = set(cursor.fetchall())
            cursor.execute(
                "SELECT c.app_label, c.model, p.codename, p.name FROM auth_permission p"
                " JOIN django_content_type c ON c.id = p.content_type_id"
            )
            rows.permissions = set(cursor.fetchall())
        return rows


def _values(rows: Iterable[tuple[str, ...]]) -> str:
    lines = [sql.SQL("({})").format(sql.SQL(", ").join(map(sql.Literal, row))) for row in rows]
    return sql.SQL("VALUES {}").format(sql.SQL(", ").join(lines)).as_string(connection.connection)


def _composed(text: str, **literals: str) -> str:
    parts = {name: sql.Literal(value) for name, value in literals.items()}
    return sql.SQL(text).format(**parts).as_string(connection.connection)  # type: ignore[arg-type]
