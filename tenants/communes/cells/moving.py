"""Moving a commune to another PostgreSQL: copied and followed while it works, read-only for a moment, then switched.

Every step may run again and leaves its mark in the row of the Move, so that a process that was killed is followed by
one that goes on. Until the switch the source is the truth and everything can be taken back; the switch is one
transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from psycopg import sql

from tenants.communes.audit import record_act
from tenants.communes.cells.adding import acting_as_owner
from tenants.communes.cells.leaving import drop_copies, drop_copy
from tenants.communes.cells.routing import alias_of
from tenants.communes.cells.rows import carry_sequences, contents_of_both, shape_of
from tenants.communes.cells.servers import Admin, CellError, administering, require_publisher, run, value
from tenants.communes.cells.streams import (
    Stream,
    copy_and_follow,
    end_stream,
    publish,
    slot_in_use,
    wait_until_caught_up,
)
from tenants.communes.cells.window import close_for_writing, open_for_writing
from tenants.communes.invalidation import announce
from tenants.communes.models import Cell, Commune, CommuneState, Move
from tenants.communes.provisioning.clone import (
    Catalogue,
    read_catalogue,
    rights_script,
    schema_exists,
    structure_script,
)
from tenants.communes.roles import role_of
from tenants.communes.rollouts.locks import RELEASING, FleetBusyError, fleet_lock
from tenants.communes.scope import MAIN, public_scope

Say = Callable[[str], None]
MOVABLE = (CommuneState.ONBOARDING, CommuneState.LIVE, CommuneState.SUSPENDED, CommuneState.OFFBOARDING)
# a rollout over a thousand communes takes a quarter of a minute
ROLLOUT_WITHIN = 60.0
UNFINISHED = (Move.Step.BEGUN, Move.Step.COPIED, Move.Step.FROZEN, Move.Step.SWITCHED)


def move_commune(
    *, commune: Commune, to: str, actor: Any, say: Say, keep: timedelta = timedelta(hours=24), digests: bool = True
) -> Move:
    """Move a commune to the cell `to`, or go on where an earlier call was killed; its portal answers all the time.

    Nothing can be written for a moment, whose length is in the Move. `keep` is how long the source keeps its copy
    (zero: dropped at once). `digests=False` compares numbers of rows only, which shortens the window of a very large
    commune. Raises CellError with what to do; before the switch everything was taken back then.
    """
    with _alone(commune):
        move = _begin(commune, to)
        if move.step != Move.Step.SWITCHED:
            try:
                _copy(move, say)
                _cut_over(move, actor, say, digests=digests)
            except BaseException as error:
                _take_back_unless_switched(move, f"{type(error).__name__}: {error}", say)
                raise
        _finish(move, keep)
    return move


def undo_move(*, commune: Commune, say: Say) -> Move:
    """Take back a move that was begun and not switched. Raises CellError when there is none."""
    with _alone(commune):
        move = unfinished_move(commune)
        if move is None or move.step == Move.Step.SWITCHED:
            raise CellError(f"No move of {commune.name} to take back.")
        _take_back(move, "taken back", say)
    return move


def unfinished_move(commune: Commune) -> Move | None:
    """The move of a commune that was begun and has not come to its end."""
    with public_scope():
        return Move.objects.filter(commune=commune, step__in=UNFINISHED).select_related("commune").first()


@contextmanager
def _alone(commune: Commune) -> Iterator[None]:
    """One process moves a commune at a time; the lock is free the moment that process is gone."""
    name = lock_name(commune.schema_name)
    with administering(MAIN) as admin:
        if not value(admin, "SELECT pg_try_advisory_lock(hashtextextended(%s, 0))", name):
            raise CellError(f"{commune.name} is being moved by another process.")
        try:
            yield
        finally:
            # said, not left to the closing, which the server notices only a little later
            value(admin, "SELECT pg_advisory_unlock(hashtextextended(%s, 0))", name)


def lock_name(schema: str) -> str:
    """The advisory lock in the main cell that the process moving a schema holds."""
    return f"rathausplatz.move.{schema}"


def _begin(commune: Commune, to: str) -> Move:
    alias_of(to)
    move = unfinished_move(commune)
    if move is not None:
        if move.target != to:
            raise CellError(
                f"{commune.name} is on its way to {move.target!r}: finish that, or take it back with --undo."
            )
        return move
    with public_scope():
        commune.refresh_from_db()
        if commune.state not in MOVABLE:
            raise CellError(f"{commune.name} is {commune.state!r} and can't be moved.")
        if commune.cell == to:
            raise CellError(f"{commune.name} is in the cell {to!r} already.")
        if to != MAIN and not Cell.objects.filter(name=to).exists():
            raise CellError(f"The cell {to!r} was never added: rathausplatz cell add {to}")
    with administering(commune.cell) as admin:
        require_publisher(admin, commune.cell)
    drop_copies(commune.pk, cell=to)
    if schema_exists(commune.schema_name, cell=to):
        raise CellError(f"The cell {to!r} has a schema {commune.schema_name!r} that no move of ours left there.")
    with public_scope():
        return Move.objects.create(commune=commune, source=commune.cell, target=to)


def stream_of(move: Move) -> Stream:
    """The stream of one move; its names are this move's alone."""
    key = f"move_{move.pk.hex[:12]}"
    return Stream(name=f"rathausplatz_{key}", key=key, publisher=move.source, subscriber=move.target)


def _mark(move: Move, step: Move.Step, **changes: Any) -> None:
    move.step = step
    for name, new in changes.items():
        setattr(move, name, new)
    with public_scope():
        move.save()


def _copy(move: Move, say: Say) -> None:
    stream, schema = stream_of(move), move.commune.schema_name
    if move.step != Move.Step.BEGUN and slot_in_use(stream):
        return
    catalogue = read_catalogue(schema, cell=move.source)
    say(f"Copying {len(catalogue.columns)} tables from {move.source} to {move.target}")
    publish(stream, sql.SQL("TABLES IN SCHEMA {}").format(sql.Identifier(schema)))
    copy_and_follow(stream, catalogue, lambda admin: _make_schema(admin, catalogue))
    _mark(move, Move.Step.COPIED, tables=len(catalogue.columns))


def _make_schema(admin: Admin, catalogue: Catalogue) -> None:
    """The schema, empty, with its role and rights; what a copy that was broken off left is replaced."""
    schema = catalogue.schema
    with acting_as_owner(admin):
        run(admin, "DROP SCHEMA IF EXISTS {} CASCADE", schema)
        run(admin, "CREATE SCHEMA {}", schema)
        admin.execute(structure_script(catalogue, schema))  # type: ignore[arg-type]
        if value(admin, "SELECT 1 FROM pg_roles WHERE rolname = %s", role_of(schema)) is None:
            run(admin, "CREATE ROLE {} NOLOGIN INHERIT", role_of(schema))
        admin.execute(rights_script(catalogue, schema))  # type: ignore[arg-type]


def _cut_over(move: Move, actor: Any, say: Say, *, digests: bool) -> None:
    stream, schema = stream_of(move), move.commune.schema_name
    say(f"Copied; {move.target} follows what changes")
    wait_until_caught_up(stream)
    there = read_catalogue(schema, cell=move.target)
    with _no_rollout(schema), administering(move.source) as source, administering(move.target) as target:
        _mark(move, Move.Step.FROZEN, frozen_at=move.frozen_at or timezone.now())
        close_for_writing(schema=schema, cell=move.source, admin=source)
        wait_until_caught_up(stream)
        carry_sequences(source, target, there)
        _compare(move, source, target, there, digests=digests)
        _switch(move, actor)
    say(f"Nothing could be written for {move.window:.2f} s; {move.rows} rows in {move.tables} tables are equal.")


@contextmanager
def _no_rollout(schema: str) -> Iterator[None]:
    """Keep releases out: one that reached the source after the comparison would be missing in the target."""
    try:
        with fleet_lock(RELEASING, wait=ROLLOUT_WITHIN, who=f"move of {schema}"):
            yield
    except FleetBusyError as error:
        raise CellError(f"{error} The copy was dropped, nothing else has changed.") from error


def _compare(move: Move, source: Admin, target: Admin, catalogue: Catalogue, *, digests: bool) -> None:
    if shape_of(source, catalogue.schema) != shape_of(target, catalogue.schema):
        raise CellError("The schema was changed while it was copied (a rollout?). Move it again when that is done.")
    here, there = contents_of_both(source, target, catalogue, digests=digests)
    if here != there:
        names = [t for t in here.tables if here.tables[t] != there.tables.get(t)]
        names += [s for s in here.sequences if here.sequences[s] != there.sequences.get(s)]
        raise CellError(f"The copy is not equal: {', '.join(names)}.")
    move.rows = here.rows


def _switch(move: Move, actor: Any) -> None:
    with public_scope(), transaction.atomic():
        row = Commune.objects.select_for_update().get(pk=move.commune_id)
        row.cell, row.read_only = move.target, False
        row.save(update_fields=["cell", "read_only"])
        announce("hosts")
        move.window = (timezone.now() - (move.frozen_at or timezone.now())).total_seconds()
        detail = {"from": move.source, "to": move.target, "seconds_read_only": round(move.window, 3)}
        record_act(actor=actor, verb="commune.moved", target=row.schema_name, detail=detail)
        _mark(move, Move.Step.SWITCHED)
    move.commune = row


def _finish(move: Move, keep: timedelta) -> None:
    end_stream(stream_of(move))
    now = timezone.now()
    _mark(move, Move.Step.DONE, ended_at=now, problem="", kept_until=now + keep)
    if not keep:
        drop_copy(move)


def _take_back_unless_switched(move: Move, problem: str, say: Say) -> None:
    """What is committed decides, not how far this process believes to be: nothing is taken back from a new home."""
    with public_scope():
        kept = Move.objects.select_related("commune").get(pk=move.pk)
    if kept.step != Move.Step.SWITCHED:
        _take_back(kept, problem, say)
    else:
        say(f"{kept.commune.name} works in {kept.target}. Move it there again to tidy up what this has left.")


def _take_back(move: Move, problem: str, say: Say) -> None:
    """Everything as before the move. Writing comes first; what can't be reached now, the next call takes back."""
    schema = move.commune.schema_name
    if move.step == Move.Step.FROZEN:
        open_for_writing(schema=schema, cell=move.source)
    _mark(move, Move.Step.BEGUN, problem=problem, frozen_at=None)
    end_stream(stream_of(move))
    with administering(move.target) as target, target.transaction(), acting_as_owner(target):
        run(target, "DROP SCHEMA IF EXISTS {} CASCADE", schema)
        run(target, "DROP ROLE IF EXISTS {}", role_of(schema))
    _mark(move, Move.Step.UNDONE, ended_at=timezone.now())
    say(f"Taken back: {move.commune.name} works in {move.source} as before.")
