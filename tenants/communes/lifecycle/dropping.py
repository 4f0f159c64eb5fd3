"""Taking a schema and its role out of the database without needing thousands of locks at once.

`DROP SCHEMA … CASCADE` locks every table, index and sequence of the schema in one transaction, more than a server with
default settings has room for. Here a few tables go in each transaction; whatever stops it, the next run goes on.
"""

from __future__ import annotations

from collections.abc import Iterator

from django.db import connection, transaction
from psycopg import sql

from tenants.communes.archives.tables import RELATIONS
from tenants.communes.naming import RESERVED, SCHEMA_PATTERN
from tenants.communes.scope import MAIN, PUBLIC_SCHEMA, owner_scope

# a table brings its indexes, its sequence, its overflow table and the tables that point to it
TABLES_AT_ONCE = 3
SMALL_THINGS_AT_ONCE = 20
# waiting behind a query that hangs helps nobody: the next run tries again
PATIENCE = "SET LOCAL lock_timeout = '10s'"
_DROP = {"r": "TABLE", "p": "TABLE", "v": "VIEW", "m": "MATERIALIZED VIEW", "S": "SEQUENCE", "f": "FOREIGN TABLE"}


def drop_schema(schema: str, *, cell: str = MAIN) -> None:
    """Drop a commune's schema with everything in it, in many small transactions. Nothing happens where there is none.

    Raises ValueError for a name that no commune can have: `public` and the template can't be dropped here.
    """
    if not SCHEMA_PATTERN.match(schema) or schema in RESERVED or schema.startswith("pg_"):
        raise ValueError(f"{schema!r} is no schema of a commune.")
    for kind, size in (("v", SMALL_THINGS_AT_ONCE), ("m", 5), ("f", 5), ("r", TABLES_AT_ONCE), ("p", 1), ("S", 20)):
        while _drop_some(schema, kind, size, cell):
            pass
    with owner_scope(PUBLIC_SCHEMA, cell=cell), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(PATIENCE)
        cursor.execute(_text(sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(sql.Identifier(schema))))


def _drop_some(schema: str, kind: str, size: int, cell: str) -> bool:
    with owner_scope(PUBLIC_SCHEMA, cell=cell), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(PATIENCE)
        cursor.execute(RELATIONS, [schema])
        names = [name for _oid, name, found in cursor.fetchall() if found == kind][:size]
        if names:
            what = sql.SQL(", ").join(sql.Identifier(schema, name) for name in names)
            statement = sql.SQL("DROP {kind} IF EXISTS {what} CASCADE").format(kind=sql.SQL(_DROP[kind]), what=what)
            cursor.execute(_text(statement))
    return bool(names)


def drop_role(role: str, *, cell: str = MAIN) -> None:
    """Drop a commune's role with its grants and memberships. Nothing happens where there is none."""
    with owner_scope(PUBLIC_SCHEMA, cell=cell), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(PATIENCE)
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
        if cursor.fetchone() is None:
            return
        for statement in _role_statements(role):
            cursor.execute(statement)


def _role_statements(role: str) -> Iterator[str]:
    name = sql.Identifier(role)
    # what it was granted can only be taken by one who may act for it
    yield _text(sql.SQL("GRANT {} TO CURRENT_USER").format(name))
    yield _text(sql.SQL("DROP OWNED BY {}").format(name))
    yield _text(sql.SQL("DROP ROLE {}").format(name))


def _text(statement: sql.Composable) -> str:
    return statement.as_string(connection.connection)
