"""A stream: rows of some tables, copied from one cell to another once and followed by what changes there.

PostgreSQL's logical replication does the following. The copy is ours: a replication slot exports the snapshot at which
it begins, all tables are copied in that snapshot in one transaction of the subscriber, and the subscription begins
exactly there, in the same transaction (docs/decisions/0043). So readers see the old rows or the new ones, nothing is
missed or applied twice, and a hundred small tables take a moment, where a worker and a slot for each would take many.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg
from psycopg import sql
from psycopg.pq import ExecStatus

from tenants.communes.cells.rows import carry_rows
from tenants.communes.cells.servers import (
    Admin,
    CellError,
    admin_url,
    administering,
    replication_url,
    require_publisher,
    run,
    slot_prefix,
    value,
)
from tenants.communes.provisioning.clone import Catalogue

PATIENCE = 60.0
# PostgreSQL's words when one transaction writes for long while many others come and go: no slot at this moment
TOO_MANY_WRITE = "initial slot snapshot too large"
_OURS = "subname = %s AND subdbid = (SELECT oid FROM pg_database WHERE datname = current_database())"


@dataclass(frozen=True, slots=True)
class Stream:
    """From the cell `publisher` to the cell `subscriber`. `name` is the publication's and the subscription's.

    `key` is unique in the publisher's whole server and short: lower case letters, digits and underscores.
    """

    name: str
    key: str
    publisher: str
    subscriber: str

    @property
    def slots(self) -> str:
        """How the names of its slots begin; one is in use, others were left by copies that were broken off."""
        return f"{slot_prefix()}{self.key}_"


def publish(stream: Stream, what: sql.Composable) -> None:
    """Let the publisher offer `what`: `TABLE a, b` or `TABLES IN SCHEMA s`. May run twice."""
    with administering(stream.publisher) as admin:
        require_publisher(admin, stream.publisher)
        found = value(admin, "SELECT 1 FROM pg_publication WHERE pubname = %s", stream.name)
        verb = "ALTER PUBLICATION {} SET {what}" if found else "CREATE PUBLICATION {} FOR {what}"
        run(admin, verb, stream.name, what=what)


def copy_and_follow(stream: Stream, catalogue: Catalogue, prepare: Callable[[Admin], None]) -> None:
    """Make the subscriber's tables with `prepare`, fill them, and follow. A former subscription is replaced.

    All of the subscriber's part is one transaction; killed in its middle, nothing is left but a slot, which the next
    call or `end_stream` removes.
    """
    drop_slots(stream)
    with administering(stream.publisher) as source, administering(stream.subscriber) as target:
        slot = stream.slots + secrets.token_hex(4)
        with source.transaction(), target.transaction():
            with exported_snapshot(stream, slot) as snapshot:
                source.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
                source.execute(sql.SQL("SET TRANSACTION SNAPSHOT {}").format(sql.Literal(snapshot)))
            _detach(target, stream)
            prepare(target)
            carry_rows(source, target, catalogue)
            run(
                target,
                "CREATE SUBSCRIPTION {} CONNECTION {url} PUBLICATION {} WITH (create_slot = false, slot_name = {slot},"
                " copy_data = false, synchronous_commit = 'on')",
                stream.name,
                stream.name,
                url=sql.Literal(replication_url(stream.publisher)),
                slot=sql.Identifier(slot),
            )
    drop_slots(stream)


@contextmanager
def exported_snapshot(stream: Stream, slot: str) -> Iterator[str]:
    """Make a slot and yield the snapshot at which it begins; it can be taken over while the context lasts."""
    until = time.monotonic() + PATIENCE
    with psycopg.connect(admin_url(stream.publisher), autocommit=True, replication="database") as walsender:
        while True:
            made = walsender.pgconn.exec_(f'CREATE_REPLICATION_SLOT "{slot}" LOGICAL pgoutput EXPORT_SNAPSHOT'.encode())
            snapshot = made.get_value(0, 2) if made.status == ExecStatus.TUPLES_OK else None
            if snapshot is not None:
                break
            said = made.error_message.decode(errors="replace").strip()
            if TOO_MANY_WRITE not in said or time.monotonic() > until:
                raise CellError(f"The PostgreSQL of the cell {stream.publisher!r} makes no replication slot: {said}")
            time.sleep(0.5)
        yield snapshot.decode()


def slot_in_use(stream: Stream) -> str:
    """The slot that the subscription reads from, "" when there is no subscription."""
    with administering(stream.subscriber) as target:
        return str(value(target, f"SELECT subslotname FROM pg_subscription WHERE {_OURS}", stream.name) or "")


def end_stream(stream: Stream) -> None:
    """Remove subscription, slots and publication. May run twice, and after a crash at any point."""
    with administering(stream.subscriber) as target, target.transaction():
        _detach(target, stream)
    drop_slots(stream)
    with administering(stream.publisher) as source:
        run(source, "DROP PUBLICATION IF EXISTS {}", stream.name)


def _detach(target: Admin, stream: Stream) -> None:
    """Remove the subscription alone, which may happen in a transaction; its slot is dropped afterwards."""
    if value(target, f"SELECT 1 FROM pg_subscription WHERE {_OURS}", stream.name):
        run(target, "ALTER SUBSCRIPTION {} DISABLE", stream.name)
        run(target, "ALTER SUBSCRIPTION {} SET (slot_name = NONE)", stream.name)
        run(target, "DROP SUBSCRIPTION {}", stream.name)


def drop_slots(stream: Stream) -> None:
    """Drop the stream's slots, but not the one in use: a slot that nobody reads keeps the publisher's WAL for ever."""
    kept = slot_in_use(stream)
    with administering(stream.publisher) as source:
        _drop_slots(source, stream, kept)


def forget_subscriber(stream: Stream) -> None:
    """Remove slots and publication of a subscriber that is out of reach for ever. May run twice."""
    with administering(stream.publisher) as source:
        # who reads from them may take a minute to notice that nobody is there
        source.execute(
            "SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots"
            " WHERE starts_with(slot_name, %s) AND active",
            [stream.slots],
        )
        _drop_slots(source, stream, "")
        run(source, "DROP PUBLICATION IF EXISTS {}", stream.name)


def _drop_slots(source: Admin, stream: Stream, kept: str) -> None:
    found = source.execute(
        "SELECT slot_name FROM pg_replication_slots WHERE starts_with(slot_name, %s) AND slot_name <> %s",
        [stream.slots, kept],
    ).fetchall()
    for (name,) in found:
        # its reader is on its way out, or died with the process that made it
        wait_for(lambda name=name: not _is_active(source, name), f"the slot {name} is free")  # type: ignore[misc]
        source.execute(
            "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = %s", [name]
        )


def _is_active(source: Admin, slot: object) -> bool:
    return bool(value(source, "SELECT active FROM pg_replication_slots WHERE slot_name = %s", slot))


def wait_until_caught_up(stream: Stream) -> None:
    """Return when the subscriber has everything that the publisher had committed at the call.

    Raises CellError when it can't apply what it gets, or doesn't get on.
    """
    slot = slot_in_use(stream)
    with administering(stream.publisher) as source, administering(stream.subscriber) as target:
        faults = _faults(target, stream)
        # a transaction of its own, so that there is something to confirm behind the last change
        end = value(source, "SELECT pg_logical_emit_message(true, 'rathausplatz', 'here')::text")

        def has_it() -> bool:
            if _faults(target, stream) > faults:
                raise CellError(
                    f"The cell {stream.subscriber!r} can't apply what {stream.publisher!r} sends: see the log of its "
                    "PostgreSQL."
                )
            question = "SELECT confirmed_flush_lsn >= %s::pg_lsn FROM pg_replication_slots WHERE slot_name = %s"
            return bool(value(source, question, end, slot))

        wait_for(has_it, f"the cell {stream.subscriber!r} has all changes")


def _faults(target: Admin, stream: Stream) -> int:
    return int(
        str(
            value(target, "SELECT apply_error_count FROM pg_stat_subscription_stats WHERE subname = %s", stream.name)
            or 0
        )
    )


def wait_for(condition: Callable[[], bool], what: str, *, seconds: float = PATIENCE) -> None:
    """Return when `condition` holds. Raises CellError that names `what` after `seconds`."""
    pause, deadline = threading.Event(), time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise CellError(f"Not within {seconds:.0f} s: {what}.")
        pause.wait(0.005)
