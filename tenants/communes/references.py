"""References from a commune's tables to shared rows, which no foreign key may hold: by stable key, checked by command.

Rooms register theirs in `AppConfig.ready()`. `rathausplatz fleet verify` looks for those that lead nowhere; archives
list what they need, and an import refuses what this installation lacks.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection, transaction
from psycopg import sql

from tenants.communes.registry import Registry
from tenants.communes.scope import PUBLIC_SCHEMA, public_scope


@dataclass(frozen=True, slots=True)
class SharedReference:
    """`columns` of a commune's `table` name a row of public's `target` by `keys`, in the same order.

    A row whose first column is empty ("" or NULL), or another one NULL, refers to nothing.
    """

    table: str
    columns: tuple[str, ...]
    target: str
    keys: tuple[str, ...]


shared_references: Registry[SharedReference] = Registry("references to shared rows")


def refer_to_shared(table: str, columns: tuple[str, ...], *, target: str, keys: tuple[str, ...]) -> None:
    """Register one reference. A table may have several, with other columns."""
    name = f"{table}.{'+'.join(columns)}"
    shared_references.register(name, SharedReference(table, columns, target, keys))


def references_used() -> dict[str, list[str]]:
    """What the commune of the current scope refers to: by the reference's name, its keys as words, sorted."""
    return {name: _keys(reference.table, reference.columns) for name, reference in shared_references.items()}


def references_missing(used: dict[str, list[str]]) -> dict[str, list[str]]:
    """Those of `used` that this installation lacks; a reference that it does not know lacks everything."""
    missing: dict[str, list[str]] = {}
    with public_scope(), transaction.atomic():
        for name, keys in used.items():
            known: set[str] = set()
            if name in shared_references and keys:
                reference = shared_references.get(name)
                known = set(_keys(reference.target, reference.keys, schema=PUBLIC_SCHEMA))
            if lacking := sorted(set(keys) - known):
                missing[name] = lacking
    return missing


def given(columns: tuple[str, ...], alias: str) -> sql.Composed:
    """SQL: the row refers to something."""
    parts = [sql.SQL("{}::text <> ''").format(sql.Identifier(alias, name)) for name in columns]
    return sql.SQL(" AND ").join(parts)


def _keys(table: str, columns: tuple[str, ...], *, schema: str = "") -> list[str]:
    words = sql.SQL(", ").join(sql.Identifier("t", name) for name in columns)
    statement = sql.SQL("SELECT DISTINCT concat_ws(' ', {words}) FROM {table} t WHERE {given} ORDER BY 1").format(
        words=words,
        table=sql.Identifier(schema, table) if schema else sql.Identifier(table),
        given=given(columns, "t"),
    )
    with connection.cursor() as cursor:
        cursor.execute(statement.as_string(connection.connection))
        return [row[0] for row in cursor.fetchall()]
