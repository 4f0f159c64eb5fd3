"""What a move leaves behind: the source's copy for a while, and a commune that nobody can write when it was killed."""

from __future__ import annotations

import structlog
from django.db import connection, transaction
from django.utils import timezone

from tenants.communes.cells.servers import CellError
from tenants.communes.cells.window import open_for_writing
from tenants.communes.lifecycle.dropping import drop_role, drop_schema
from tenants.communes.models import Commune, CommuneState, Move
from tenants.communes.provisioning.clone import schema_exists
from tenants.communes.roles import role_of
from tenants.communes.scope import public_scope

log = structlog.get_logger(__name__)


def drop_copy(move: Move) -> bool:
    """Remove the schema and role that a finished move left in its source; returns whether it did. May run twice."""
    with public_scope():
        if Commune.objects.filter(pk=move.commune_id, cell=move.source).exists():
            return False  # it has come back; that schema is its own
    schema = move.commune.schema_name
    _demand_the_other(move)
    drop_schema(schema, cell=move.source)
    drop_role(role_of(schema), cell=move.source)
    with public_scope():
        Move.objects.filter(pk=move.pk).update(kept_until=None)
    move.kept_until = None
    return True


def _demand_the_other(move: Move) -> None:
    """Refuse to drop a copy while the commune itself is not where it moved to: this may be the last."""
    with public_scope():
        commune = Commune.objects.get(pk=move.commune_id)
    # a removal has proven the archive that remains, and takes all
    gone = commune.state == CommuneState.DELETED or commune.removal_began_at is not None
    if not gone and not schema_exists(commune.schema_name, cell=commune.cell):
        raise CellError(
            f"{commune.name} is not in {commune.cell!r}, where it moved to. Its copy in {move.source!r} stays: it may "
            "be the last one. Move it back or restore it first."
        )


def drop_copies(commune_id: int, *, cell: str | None = None) -> None:
    """Remove the copies that moves of a commune left in all cells, or in one, before it goes there again."""
    with public_scope():
        left = Move.objects.filter(commune_id=commune_id, step=Move.Step.DONE).exclude(kept_until=None)
        if cell is not None:
            left = left.filter(source=cell)
        moves = list(left.select_related("commune"))
    for move in moves:
        drop_copy(move)


def refuse_while_moving(commune_id: int) -> None:
    """Raise CellError while a commune is on its way: what is removed in one cell would live on in the other."""
    with public_scope():
        on_its_way = Move.objects.filter(commune_id=commune_id).exclude(step__in=[Move.Step.DONE, Move.Step.UNDONE])
        move = on_its_way.select_related("commune").first()
    if move is not None:
        command = f"commune move {move.commune.slug}"
        raise CellError(
            f"{move.commune.name} is on its way to {move.target!r}. Finish that (`{command} --to {move.target}`) or "
            f"take it back (`{command} --undo`)."
        )


def tidy_moves() -> int:
    """Let communes write again whose move was killed, and drop copies whose time has come; returns how many.

    One that fails, because its cell is down say, does not hold up the others; the next run tries it again.
    """
    with public_scope():
        moves = Move.objects.select_related("commune")
        old = list(moves.filter(step=Move.Step.DONE, kept_until__lte=timezone.now()))
        frozen = list(moves.filter(step=Move.Step.FROZEN))
    done = 0
    for tidy, found in ((_thaw, frozen), (drop_copy, old)):
        for move in found:
            try:
                done += tidy(move)
            except Exception as error:  # noqa: BLE001 - whatever it is, the others must not wait for it
                log.error("move.not_tidied", commune=move.commune.schema_name, error=type(error).__name__)
    return done


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
