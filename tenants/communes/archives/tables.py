"""Rows of one schema as COPY text: out of it in one order, into it, and hashed.

The catalogue is asked through pg_depend, whose index knows the things of a schema: a question to pg_class by schema
reads all of it, and a thousand communes have half a million rows there. The caller gives the owner's scope and the
transaction.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db import connection
from psycopg import sql

from tenants.communes.archives.format import SequenceEntry

# how values are written must not depend on the server's or the session's habits
_SETTINGS = (
    "SET LOCAL TimeZone = 'UTC'; SET LOCAL DateStyle = 'ISO, YMD'; SET LOCAL IntervalStyle = 'postgres';"
    " SET LOCAL bytea_output = 'hex'; SET LOCAL extra_float_digits = 1; SET LOCAL xmloption = 'content';"
    " SET LOCAL client_encoding = 'UTF8'"
)
RELATIONS = """
SELECT c.oid, c.relname, c.relkind::text
FROM pg_depend d JOIN pg_class c ON c.oid = d.objid
WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_namespace'::regclass
  AND d.refobjid = (SELECT oid FROM pg_namespace WHERE nspname = %s)
ORDER BY c.relname
"""
_COLUMNS = """
SELECT a.attrelid, a.attname, a.attgenerated <> '', t.typcollation <> 0
FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
WHERE a.attrelid = ANY(%s) AND a.attnum > 0 AND NOT a.attisdropped
ORDER BY a.attrelid, a.attnum
"""
_KEYS = """
SELECT i.indrelid, a.attname
FROM pg_index i CROSS JOIN LATERAL unnest(i.indkey::int2[]) WITH ORDINALITY AS k(attnum, place)
JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum
WHERE i.indrelid = ANY(%s) AND i.indisprimary
ORDER BY i.indrelid, k.place
"""


@dataclass(frozen=True, slots=True)
class Table:
    """A table as an archive sees it: what is copied, and in which order."""

    schema: str
    name: str
    columns: tuple[str, ...]
    order: tuple[sql.Composable, ...]

    def copy_out(self, columns: Iterable[str] | None = None) -> sql.Composed:
        """COPY of all rows in the order of the primary key, text compared byte by byte."""
        return sql.SQL("COPY (SELECT {columns} FROM {table} ORDER BY {order}) TO STDOUT").format(
            columns=_names(columns or self.columns),
            table=sql.Identifier(self.schema, self.name),
            order=sql.SQL(", ").join(self.order),
        )

    def copy_in(self, columns: Iterable[str]) -> sql.Composed:
        """COPY into these columns."""
        return sql.SQL("COPY {table} ({columns}) FROM STDIN").format(
            table=sql.Identifier(self.schema, self.name), columns=_names(columns)
        )


def _names(columns: Iterable[str]) -> sql.Composed:
    return sql.SQL(", ").join(sql.Identifier(name) for name in columns)


def settle_the_text() -> None:
    """Make this transaction write values as every archive does."""
    with connection.cursor() as cursor:
        for setting in _SETTINGS.split("; "):
            cursor.execute(setting)


def tables_of(schema: str) -> list[Table]:
    """The tables of a schema by name, in three indexed questions."""
    with connection.cursor() as cursor:
        cursor.execute(RELATIONS, [schema])
        found = {oid: name for oid, name, kind in cursor.fetchall() if kind in ("r", "p")}
        cursor.execute(_COLUMNS, [list(found)])
        columns: dict[int, dict[str, bool]] = {oid: {} for oid in found}
        stored: dict[int, list[str]] = {oid: [] for oid in found}
        for oid, name, generated, collated in cursor.fetchall():
            columns[oid][name] = collated
            if not generated:
                stored[oid].append(name)
        cursor.execute(_KEYS, [list(found)])
        keys: dict[int, list[str]] = {}
        for oid, name in cursor.fetchall():
            keys.setdefault(oid, []).append(name)
    tables = [
        Table(schema, found[oid], tuple(stored[oid]), _order(keys.get(oid) or stored[oid], columns[oid]))
        for oid in found
        if stored[oid]
    ]
    return sorted(tables, key=lambda table: table.name)


def _order(names: list[str], collated: dict[str, bool]) -> tuple[sql.Composable, ...]:
    return tuple(
        sql.SQL('{} COLLATE "C"').format(sql.Identifier(name)) if collated[name] else sql.Identifier(name)
        for name in names
    )


def copy_rows(table: Table, write: Callable[[bytes | memoryview], Any], columns: Iterable[str] | None = None) -> int:
    """Write the COPY text of a table; returns how many rows it has."""
    with connection.cursor() as cursor:
        raw = cursor.cursor
        with raw.copy(table.copy_out(columns)) as copy:
            for chunk in copy:
                write(chunk)
        return int(raw.rowcount)


def load_rows(table: Table, columns: Iterable[str], chunks: Iterable[bytes]) -> int:
    """Read COPY text into a table; returns how many rows came in."""
    with connection.cursor() as cursor:
        raw = cursor.cursor
        with raw.copy(table.copy_in(columns)) as copy:
            for chunk in chunks:
                copy.write(chunk)
        return int(raw.rowcount)


def hash_rows(table: Table, columns: Iterable[str] | None = None) -> tuple[int, str]:
    """Rows and SHA-256 of a table's COPY text."""
    digest = hashlib.sha256()
    rows = copy_rows(table, digest.update, columns)
    return rows, digest.hexdigest()


def sequences_of(schema: str) -> list[SequenceEntry]:
    """Where the sequences of a schema stand, in two questions."""
    with connection.cursor() as cursor:
        cursor.execute(RELATIONS, [schema])
        names = [name for _oid, name, kind in cursor.fetchall() if kind == "S"]
        if not names:
            return []
        one = sql.SQL("SELECT {text} AS name, last_value, is_called FROM {sequence}")
        parts = [one.format(text=sql.Literal(name), sequence=sql.Identifier(schema, name)) for name in names]
        cursor.execute(sql.SQL(" UNION ALL ").join(parts).as_string(connection.connection))
        found = {name: SequenceEntry(name=name, value=value, called=called) for name, value, called in cursor}
    return [found[name] for name in sorted(found)]


def set_sequences(schema: str, entries: Iterable[SequenceEntry]) -> None:
    """Set all sequences in one statement."""
    one = sql.SQL("setval({name}, {value}, {called})")
    calls = [
        one.format(
            name=sql.Literal(sql.Identifier(schema, entry.name).as_string(None)),
            value=sql.Literal(entry.value),
            called=sql.Literal(entry.called),
        )
        for entry in entries
    ]
    if calls:
        with connection.cursor() as cursor:
            # a select list has at most 1664 entries
            for start in range(0, len(calls), 1000):
                part = sql.SQL("SELECT {}").format(sql.SQL(", ").join(calls[start : start + 1000]))
                cursor.execute(part.as_string(connection.connection))
