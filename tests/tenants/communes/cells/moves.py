"""What tests of moves look for in two servers, and what they say meanwhile."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import psycopg
from django.db import connections

from tenants.accounts.models import User
from tenants.communes.scope import CommuneRef, commune_scope


class SlowWriter:
    """Somebody who has written in a commune and doesn't come to an end until `let_go`, or after half a minute."""

    def __init__(self, commune: CommuneRef) -> None:
        self._commune = commune
        self._holding, self._release = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._write)

    def begin(self) -> None:
        """Return when the row is written and its transaction open."""
        self._thread.start()
        assert self._holding.wait(10)

    def let_go(self) -> None:
        """Commit, and return when that is done."""
        self._release.set()
        self._thread.join()

    def _write(self) -> None:
        with commune_scope(self._commune):
            User.objects.create_user("langsam@probe.example", name="Probe")
            self._holding.set()
            self._release.wait(30)
        connections.close_all()


def quiet(_text: str) -> None:
    """Say nothing."""


def when(beginning: str, act: Callable[[], Any]) -> Callable[[str], None]:
    """What the mover says, with `act` done when it says something that begins so."""

    def say(text: str) -> None:
        if text.startswith(beginning):
            act()

    return say


def has_schema(admin: psycopg.Connection, schema: str) -> bool:
    return admin.execute("SELECT 1 FROM pg_namespace WHERE nspname = %s", [schema]).fetchone() is not None


def leftovers(*admins: psycopg.Connection) -> list[Any]:
    """What moves leave in servers and must not."""
    found: list[Any] = []
    for admin in admins:
        found += admin.execute("SELECT pubname FROM pg_publication WHERE pubname ~ 'move'").fetchall()
        found += admin.execute(
            "SELECT subname FROM pg_subscription s JOIN pg_database d ON d.oid = s.subdbid"
            " WHERE d.datname = current_database() AND subname ~ 'move'"
        ).fetchall()
        found += admin.execute(
            "SELECT slot_name FROM pg_replication_slots WHERE database = current_database() AND slot_name ~ 'move'"
        ).fetchall()
    return found
