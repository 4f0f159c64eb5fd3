"""A move that is killed at any point is gone on with; until then the commune works, or works again by the schedule."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tenants.accounts.models import User
from tenants.communes.cells.leaving import tidy_moves
from tenants.communes.cells.moving import move_commune, unfinished_move
from tenants.communes.models import Move
from tenants.communes.queries import find_commune
from tenants.communes.scope import commune_scope
from tests.servers.running import wait_until
from tests.settings import COMMUNE_ROLE_PREFIX, ROLE_PREFIX, ROOT

pytestmark = pytest.mark.commits
START = 180.0  # seconds for a process to begin its work, on a busy machine
Admins = dict[str, psycopg.Connection]


@contextmanager
def moving(tmp_path: Path, fresh_database: str, east_address: str) -> Iterator[subprocess.Popen[bytes]]:
    """`rathausplatz commune move jena --to main` in a process of its own."""
    environ = os.environ | {
        "DJANGO_SETTINGS_MODULE": "rathausplatz.settings",
        "PYTHONPATH": f"{ROOT}:{ROOT / 'platform'}",
        "DATABASE_URL": fresh_database,
        "CELL_URLS": f"east={one_word(east_address)}",
        "ROLE_PREFIX": ROLE_PREFIX,
        "COMMUNE_ROLE_PREFIX": COMMUNE_ROLE_PREFIX,
    }
    command = [sys.executable, str(ROOT / "manage.py"), "commune", "move", "jena", "--to", "main"]
    with (tmp_path / "said.log").open("wb") as log:
        child = subprocess.Popen(command, env=environ, cwd=ROOT, stdout=log, stderr=log)
    try:
        yield child
    finally:
        child.kill()
        child.wait()


def one_word(conninfo: str) -> str:
    """A connection string as a URL, which holds no space."""
    part = psycopg.conninfo.conninfo_to_dict(conninfo)
    place = f"host={part['host']}&port={part.get('port', 5432)}"
    return f"postgresql://{part['user']}:{part['password']}@/{part['dbname']}?{place}"


def wait_blocked(child: subprocess.Popen[bytes], admin: psycopg.Connection, tmp_path: Path) -> None:
    """Return when somebody waits for the blocker's lock or transaction."""

    def blocked() -> bool:
        assert child.poll() is None, (tmp_path / "said.log").read_text()
        question = "SELECT 1 FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"
        return admin.execute(question).fetchone() is not None

    wait_until(blocked, what="the move waits for the blocker")


def reached(step: str) -> Callable[[], bool]:
    return lambda: Move.objects.filter(commune__slug="jena", step=step).exists()


# what holds the move up: server, statement, and the step that its row shows then
BLOCKERS = {
    "while the slot is made": ("east", "CREATE TABLE public.blocker ()", "begun"),
    "before anything is copied": ("east", "LOCK jena.accounts_user IN ACCESS EXCLUSIVE MODE", "begun"),
    "before the commune is marked": ("main", "SELECT 1 FROM communes_commune FOR NO KEY UPDATE", "frozen"),
}


@pytest.mark.parametrize("point", BLOCKERS)
def test_killed_where_it_is_held_up_it_is_gone_on_with(
    point: str, jena: Any, fresh_database: str, east_address: str, main_admin: Any, east_admin: Any, tmp_path: Path
) -> None:
    server, statement, step = BLOCKERS[point]
    blocker = {"main": main_admin, "east": east_admin}[server]
    with blocker.transaction(force_rollback=True):
        blocker.execute("SET LOCAL search_path = public")
        blocker.execute(statement)
        with moving(tmp_path, fresh_database, east_address) as child:
            wait_until(reached(step), what=step, seconds=START)
            wait_blocked(child, blocker, tmp_path)
            child.send_signal(signal.SIGKILL)
            child.wait()
    assert reached(step)()
    write("dazwischen")
    finish_and_check(main_admin, east_admin, ["dazwischen"])


def test_killed_in_its_window_the_commune_writes_again_by_the_schedule(
    jena: Any, fresh_database: str, east_address: str, main_admin: Any, east_admin: Any, tmp_path: Path
) -> None:
    # somebody who writes and doesn't come to an end
    with east_admin.transaction(force_rollback=True):
        east_admin.execute("UPDATE jena.accounts_user SET name = name WHERE false")
        with moving(tmp_path, fresh_database, east_address) as child:
            wait_until(lambda: find_commune("jena").read_only, what="the window", seconds=START)
            child.send_signal(signal.SIGKILL)
            child.wait()
    assert find_commune("jena").read_only
    wait_until(tidy_moves, what="the dead process's lock is free")
    write("danach")
    finish_and_check(main_admin, east_admin, ["danach"])


def test_killed_right_behind_the_switch_it_is_tidied_up(
    jena: Any, fresh_database: str, east_address: str, main_admin: Any, east_admin: Any, tmp_path: Path
) -> None:
    with moving(tmp_path, fresh_database, east_address) as child:
        wait_until(lambda: reached("switched")() or child.poll() is not None, what="the switch", seconds=START)
        child.send_signal(signal.SIGKILL)
        child.wait()
    finish_and_check(main_admin, east_admin, [])


def write(name: str) -> None:
    with commune_scope(find_commune("jena").ref()):
        User.objects.create_user(f"{name}@jena.example", name=name)


def finish_and_check(main_admin: Any, east_admin: Any, names: list[str]) -> None:
    """Call the move again, as the operator would; everything is there and nothing is left behind."""
    if find_commune("jena").cell == "east" or unfinished_move(find_commune("jena")):
        wait_until(lambda: lock_is_free(main_admin), what="the dead process's lock is free")
        move_commune(commune=find_commune("jena"), to="main", actor=None, say=lambda text: None)
    write("zuletzt")
    found = main_admin.execute("SELECT name FROM jena.accounts_user WHERE email ~ '@jena.example'").fetchall()
    assert sorted(row[0] for row in found) == sorted([*names, "zuletzt"])
    assert Move.objects.get(commune__slug="jena").step == Move.Step.DONE
    for admin in (main_admin, east_admin):
        for question in (
            "SELECT 1 FROM pg_publication WHERE pubname ~ 'move'",
            "SELECT 1 FROM pg_replication_slots WHERE database = current_database() AND slot_name ~ 'move'",
        ):
            assert admin.execute(question).fetchall() == []


def lock_is_free(admin: psycopg.Connection) -> bool:
    with admin.transaction():
        found = admin.execute(
            "SELECT pg_try_advisory_xact_lock(hashtextextended('rathausplatz.move.jena', 0))"
        ).fetchone()
    return bool(found and found[0])
