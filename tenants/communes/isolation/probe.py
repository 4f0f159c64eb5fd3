"""A probe of an installation's walls: what one commune's role can reach of everything else. Nothing it tries stays.

It says each statement through the application's own connection, as a request would. On the command line it is
`rathausplatz database probe`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import DatabaseError, connection, transaction

from tenants.communes.isolation.sharing import shared_readable
from tenants.communes.roles import quoted
from tenants.communes.scope import PUBLIC_SCHEMA, CommuneRef, commune_scope

_TABLES = """
SELECT c.relname, (SELECT a.attname FROM pg_attribute a
                   WHERE a.attrelid = c.oid AND a.attnum > 0 AND a.attgenerated = '' AND NOT a.attisdropped
                   ORDER BY a.attnum DESC LIMIT 1)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = %s AND c.relkind IN ('r', 'v', 'm', 'p') ORDER BY 1
"""


@dataclass(frozen=True, slots=True)
class Reach:
    """What a role can do with the tables of one schema, by name."""

    tables: frozenset[str]
    readable: frozenset[str]
    writable: frozenset[str]


@dataclass(frozen=True, slots=True)
class Probe:
    """What one commune reaches of another and of the shared tables."""

    other: Reach
    shared: Reach

    @property
    def holds(self) -> bool:
        """Whether nothing is within reach but the registered shared tables, for reading."""
        nothing = not self.other.readable and not self.other.writable and not self.shared.writable
        return nothing and self.shared.readable <= frozenset(shared_readable) and bool(self.other.tables)


def probe(commune: CommuneRef, other: CommuneRef) -> Probe:
    """Try every table of `other` and of the shared ones from within `commune`. Safe on a running installation."""
    with commune_scope(commune):
        return Probe(reach_of(other.schema), reach_of(PUBLIC_SCHEMA))


def reach_of(schema: str) -> Reach:
    """What the current scope's role can read and write of a schema's tables. In a transaction; nothing stays."""
    with connection.cursor() as cursor:
        cursor.execute(_TABLES, [schema])
        columns = dict(cursor.fetchall())
    readable, writable = set(), set()
    for table, column in columns.items():
        name = f"{quoted(schema)}.{quoted(table)}"
        if is_allowed(f"SELECT * FROM {name} LIMIT 1"):
            readable.add(table)
        if any(map(is_allowed, _writes(name, quoted(column)))):
            writable.add(table)
    return Reach(frozenset(columns), frozenset(readable), frozenset(writable))


def _writes(table: str, column: str) -> Iterable[str]:
    """Statements that need the right to write and touch no row."""
    return (
        f"UPDATE {table} SET {column} = DEFAULT WHERE false",
        f"DELETE FROM {table} WHERE false",
        f"INSERT INTO {table} ({column}) SELECT NULL WHERE false",
    )


def is_allowed(statement: str) -> bool:
    """Whether PostgreSQL lets the current scope say this. Undone at once; raises what is no question of rights."""
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(statement)
            transaction.set_rollback(True)
    except DatabaseError as error:
        if "permission denied" not in str(error):
            raise
        return False
    return True
