"""The short time in which a commune can be read and not written: how it begins, ends, and what others see of it."""

from __future__ import annotations

from django.db import connection, transaction
from django.http import HttpResponse

from tenants.communes.backend.introspection import RELATIONS_OF
from tenants.communes.cells.servers import Admin, value
from tenants.communes.cells.streams import wait_for
from tenants.communes.invalidation import announce
from tenants.communes.isolation.grants import regrant
from tenants.communes.models import Commune
from tenants.communes.roles import quoted, role_of
from tenants.communes.rollouts.maintenance import maintenance_page
from tenants.communes.scope import CommuneRef, owner_scope, public_scope

# a window lasts less than a second; who was turned away comes back soon
SECONDS_OF_A_MOVE = 5
WRITERS_WITHIN = 20.0
READING = frozenset({"GET", "HEAD", "OPTIONS"})
_WRITERS = """
SELECT array_agg(DISTINCT l.virtualtransaction) FROM pg_locks l JOIN pg_class c ON c.oid = l.relation
WHERE l.locktype = 'relation' AND l.granted AND l.pid <> pg_backend_pid()
  AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
  AND l.mode IN ('RowExclusiveLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock')
  AND c.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = %s)
"""


def close_for_writing(*, schema: str, cell: str, admin: Admin) -> None:
    """Mark the commune, take its role's right to write, and wait until those who were writing are done. May run twice.

    The mark gives visitors a friendly page; PostgreSQL refuses whoever has not seen it. Raises CellError when somebody
    goes on writing for WRITERS_WITHIN seconds.
    """
    _mark(schema, read_only=True)
    with owner_scope(schema, cell=cell), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_revocation(admin, schema))
    # a right is checked with each statement: whoever holds no lock now will be refused, so only these are waited for
    writing = set(_writers(admin, schema))
    wait_for(
        lambda: writing.isdisjoint(_writers(admin, schema)),
        f"whoever was writing in {schema} has come to an end",
        seconds=WRITERS_WITHIN,
    )


def _revocation(admin: Admin, schema: str) -> str:
    """Names each table and sequence: ALL TABLES IN SCHEMA would read the whole catalogue, several times."""
    found = admin.execute(f"SELECT relkind::text, relname FROM pg_class WHERE oid IN ({RELATIONS_OF})", [schema])
    names: dict[object, list[str]] = {}
    for kind, name in found.fetchall():
        names.setdefault(kind, []).append(f"{quoted(schema)}.{quoted(str(name))}")
    role = quoted(role_of(schema))
    return (
        f"REVOKE INSERT, UPDATE, DELETE ON {', '.join(names['r'])} FROM {role};"
        f"REVOKE USAGE ON SEQUENCE {', '.join(names['S'])} FROM {role}"
    )


def open_for_writing(*, schema: str, cell: str) -> None:
    """Give the commune's role its rights back and take the mark away. May run twice."""
    regrant(schema, cell=cell)
    _mark(schema, read_only=False)


def _writers(admin: Admin, schema: str) -> list[str]:
    found = value(admin, _WRITERS, schema)
    return [str(one) for one in found] if isinstance(found, list) else []


def _mark(schema: str, *, read_only: bool) -> None:
    with public_scope(), transaction.atomic():
        if Commune.objects.filter(schema_name=schema).exclude(read_only=read_only).update(read_only=read_only):
            announce("hosts")


def is_moving(commune: CommuneRef) -> bool:
    """Whether the commune is in its window now, or was moved since `commune` was read: an error may be due to it."""
    with public_scope():
        now = Commune.objects.filter(pk=commune.id).values_list("read_only", "cell").first()
    return now is not None and (now[0] or now[1] != commune.cell)


def come_back_soon(commune: CommuneRef, path: str) -> HttpResponse:
    """The maintenance page, for a moment only."""
    return maintenance_page(commune, path, seconds=SECONDS_OF_A_MOVE)
