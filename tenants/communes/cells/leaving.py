"""What a move leaves behind: the source's copy for a while, and a commune that nobody can write when it was killed."""

from __future__ import annotations

from django.db import connection, transaction
from django.utils import timezone

from tenants.communes.cells.window import open_for_writing
from tenants.communes.models import Commune, Move
from tenants.communes.roles import quoted, role_of
from tenants.communes.scope import PUBLIC_SCHEMA, owner_scope, public_scope

TABLES_AT_ONCE = 20


def drop_copy(move: Move) -> None:
    """Remove the schema and role that a finished move left in its source. May run twice.

    Some tables at a time, so that the locks of one transaction stay few.
    """
    with public_scope():
        if Commune.objects.filter(pk=move.commune_id, cell=move.source).exists():
            return  # it has come back; that schema is its own
    schema = move.commune.schema_name
    with owner_scope(PUBLIC_SCHEMA, cell=move.source):
        while tables := _some_tables(schema):
            with transaction.atomic(), connection.cursor() as cursor:
                names = ", ".join(f"{quoted(schema)}.{quoted(table)}" for table in tables)
                cursor.execute(f"DROP TABLE {names} CASCADE")
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"DROP SCHEMA IF EXISTS {quoted(schema)} CASCADE")
            cursor.execute(f"DROP ROLE IF EXISTS {quoted(role_of(schema))}")
    with public_scope():
        Move.objects.filter(pk=move.pk).update(kept_until=None)
    move.kept_until = None


def _some_tables(schema: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
            " WHERE n.nspname = %s AND c.relkind = 'r' ORDER BY 1 LIMIT %s",
            [schema, TABLES_AT_ONCE],
        )
        return [row[0] for row in cursor.fetchall()]


def forget_copy(commune: Commune, cell: str) -> None:
    """Remove the copy that an earlier move of this commune left in a cell, before it goes there again."""
    with public_scope():
        left = list(
            Move.objects.filter(commune=commune, source=cell, step=Move.Step.DONE)
            .exclude(kept_until=None)
            .select_related("commune")
        )
    for move in left:
        drop_copy(move)


def tidy_moves() -> int:
    """Drop copies whose time has come, and let communes write again whose move was killed; returns how many."""
    with public_scope():
        moves = Move.objects.select_related("commune")
        old = list(moves.filter(step=Move.Step.DONE, kept_until__lte=timezone.now()))
        frozen = list(moves.filter(step=Move.Step.FROZEN))
    for move in old:
        drop_copy(move)
    return len(old) + sum(_thaw(move) for move in frozen)


def _thaw(move: Move) -> bool:
    """Let a commune write again when the process that moves it is gone; that move goes on when it is called again."""
    with public_scope(), transaction.atomic():
        with connection.cursor() as cursor:
            lock = f"rathausplatz.move.{move.commune.schema_name}"
            cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", [lock])
            if not cursor.fetchone()[0]:
                return False
        if not Move.objects.filter(pk=move.pk, step=Move.Step.FROZEN).update(step=Move.Step.COPIED, frozen_at=None):
            return False
        open_for_writing(schema=move.commune.schema_name, cell=move.source)
    return True
