"""Whoever hears of changes goes on hearing, whatever happens to the connection or to what hears."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.conf import settings

from tenants.communes import invalidation
from tenants.communes.invalidation import CHANNEL, KEEPALIVE, Listener, listener, watch
from tests.servers.running import wait_until


@pytest.fixture
def stumbling(database: None) -> Iterator[list[str]]:
    """What a watcher heard that fails whenever it is told something."""
    heard: list[str] = []

    @watch("stumbling")
    def stumble(payload: str) -> None:
        heard.append(payload)
        if payload:
            raise LookupError(payload)

    yield heard
    del invalidation._watchers["stumbling"]


def tell(payload: str) -> None:
    with psycopg.connect(settings.DATABASE_DIRECT_URL, autocommit=True) as connection:
        connection.execute("SELECT pg_notify(%s, %s)", [CHANNEL, f"stumbling:{payload}"])


def test_a_watcher_that_fails_costs_what_is_remembered_and_not_the_hearing(stumbling: list[str], hearing: None) -> None:
    del stumbling[:]
    tell("first")
    # everything is forgotten when it failed, and again on the new connection
    wait_until(lambda: stumbling == ["first", "", ""], what="all memories are dropped")
    wait_until(listener.listening, what="this process hears again")
    tell("second")
    wait_until(lambda: stumbling[3:4] == ["second"], what="the watcher is told again")


def test_what_hears_notices_a_silent_network(database: None, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[psycopg.Connection[Any]] = []
    connect = psycopg.connect

    def remembering(*args: Any, **options: Any) -> psycopg.Connection[Any]:
        opened.append(connect(*args, **options))
        return opened[-1]

    monkeypatch.setattr(psycopg, "connect", remembering)
    hears = Listener()
    hears.start()
    wait_until(hears.listening, what="the connection is there")
    given = opened[0].info.get_parameters()
    hears.stop()
    assert {name: int(given[name]) for name in KEEPALIVE} == KEEPALIVE
    assert not hears.listening()
