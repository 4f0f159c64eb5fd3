"""Counters hold whoever counts at the same time, and hold nobody up when they can't."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from django.conf import settings
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from structlog.testing import capture_logs

from tenants.communes import counters
from tenants.communes.counters import (
    PATIENCE,
    forget_counts_of,
    forget_ended_counts,
    give_back,
    line,
    take,
    uncounted,
)
from tenants.communes.lanes import COMMUNES, enter_lane, is_delivered_too_often, leave_lane
from tenants.communes.models import Count
from tenants.communes.scope import public_scope
from tests.factories.counts import end_all_counts
from tests.servers.pgbouncer import pgbouncer
from tests.servers.running import free_port

pytestmark = pytest.mark.usefixtures("database")
THREADS, PROCESSES, TRIES, MOST = 50, 2, 4, 137


def places() -> list[tuple[str, int]]:
    with public_scope():
        return list(Count.objects.order_by("place").values_list("place", "number"))


def granted_to_threads() -> int:
    """How many of many threads' tries were granted."""
    granted: list[bool] = []

    def work() -> None:
        granted.extend(take("gera:race", most=MOST, seconds=900).granted for _try in range(TRIES))

    threads = [threading.Thread(target=work) for _number in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(granted)


def _in_process(answers: Any) -> None:
    answers.put(granted_to_threads())
    line.close()


@pytest.mark.commits
def test_many_threads_of_several_processes_are_granted_exactly_as_many(monkeypatch: pytest.MonkeyPatch) -> None:
    # what is tested is the count; on a busy machine a line of fifty takes its time
    monkeypatch.setattr(counters, "PATIENCE_IN_LINE", 60.0)
    monkeypatch.setattr(counters, "PATIENCE", 30.0)
    take("gera:another", most=1, seconds=60)  # a connection that the processes must not share
    fork = multiprocessing.get_context("fork")
    answers = fork.Queue()
    children = [fork.Process(target=_in_process, args=(answers,)) for _number in range(PROCESSES)]
    for child in children:
        child.start()
    found = [answers.get() for _child in children]
    for child in children:
        child.join()
    assert sum(found) == MOST
    assert PROCESSES * THREADS * TRIES > MOST


def test_what_was_given_back_is_free_for_one_more_and_no_count_falls_below_nothing() -> None:
    assert [take("gera:x", most=1, seconds=60).granted for _try in range(2)] == [True, False]
    for _time in range(3):
        give_back("gera:x")
    give_back("gera:never-counted")
    assert [take("gera:x", most=1, seconds=60).granted for _try in range(2)] == [True, False]


def test_a_clock_that_was_ahead_for_a_moment_keeps_nobody_out() -> None:
    assert [take("gera:x", most=1, seconds=60).granted for _try in range(2)] == [True, False]
    end_all_counts(timedelta(days=1))
    assert [take("gera:x", most=1, seconds=60).granted for _try in range(2)] == [True, False]


def test_whoever_is_refused_hears_how_long_to_wait() -> None:
    assert take("gera:x", most=1, seconds=60).wait == 0
    assert 50 <= take("gera:x", most=1, seconds=60).wait <= 60


def test_counts_that_ended_are_tidied_away_and_a_removed_commune_s_too() -> None:
    take("gera:old", most=1, seconds=60)
    end_all_counts()
    for place in ("gera:x", "gera2:x", "wurzen:x"):
        take(place, most=1, seconds=60)
    forget_ended_counts()
    assert [place for place, _number in places()] == ["gera2:x", "gera:x", "wurzen:x"]
    forget_counts_of("gera")
    forget_counts_of("gera")
    assert [place for place, _number in places()] == ["gera2:x", "wurzen:x"]


def test_a_name_with_quotes_is_a_name() -> None:
    name = "gera:o'neill\\'; DELETE FROM communes_count --"
    take(name, most=1, seconds=60)
    assert places() == [(name, 1)]


def test_nothing_of_it_is_written_to_the_log_of_the_database() -> None:
    with psycopg.connect(settings.DATABASE_URL) as connection:
        found = connection.execute("SELECT relpersistence FROM pg_class WHERE relname = 'communes_count'").fetchone()
    assert found in [("u",), (b"u",)]


@pytest.fixture
def failures() -> Iterator[list[int]]:
    """Grows with each count that failed."""
    heard: list[int] = []
    uncounted.register("test", lambda: heard.append(1))
    line._said_at = float("-inf")
    yield heard
    del uncounted._entries["test"]
    line.close()
    line.reopen()


@pytest.fixture
def out_of_reach(settings: Any) -> None:
    """A PostgreSQL that nobody listens for."""
    settings.DATABASE_URL = make_conninfo(settings.DATABASE_URL, host="127.0.0.1", port=free_port())


def test_whoever_cannot_be_counted_is_let_through_and_it_is_said_once_a_minute(
    out_of_reach: None, failures: list[int]
) -> None:
    with capture_logs() as said:
        assert all(take("gera:x", most=1, seconds=60).granted for _try in range(20))
        assert enter_lane("gera") == COMMUNES
        leave_lane("gera")
        assert not any(is_delivered_too_often("task") for _time in range(9))
    assert [entry["event"] for entry in said] == ["counters.cannot_count"]
    assert len(failures) == 31


def test_a_database_that_hangs_holds_up_one_for_a_moment_and_the_next_not_at_all(failures: list[int]) -> None:
    take("gera:x", most=1, seconds=60)
    assert line._connection is not None
    server = line._connection.info.backend_pid
    os.kill(server, signal.SIGSTOP)
    try:
        began = time.monotonic()
        assert take("gera:x", most=1, seconds=60).granted
        waited, began = time.monotonic() - began, time.monotonic()
        assert all(take("gera:x", most=1, seconds=60).granted for _try in range(20))
    finally:
        os.kill(server, signal.SIGCONT)
    assert waited >= PATIENCE
    assert time.monotonic() - began < PATIENCE
    line.reopen()
    assert not take("gera:x", most=1, seconds=60).granted


def test_a_connection_that_ended_meanwhile_costs_no_count(failures: list[int]) -> None:
    take("gera:x", most=1, seconds=60)
    assert line._connection is not None
    with psycopg.connect(settings.DATABASE_URL, autocommit=True) as admin:
        admin.execute("SELECT pg_terminate_backend(%s)", [line._connection.info.backend_pid])
    assert not take("gera:x", most=1, seconds=60).granted
    assert failures == []


def test_it_counts_through_pgbouncer_and_leaves_nothing_of_its_role_behind(settings: Any, postgres_url: str) -> None:
    login = str(conninfo_to_dict(settings.DATABASE_URL)["user"])
    with pgbouncer(settings.DATABASE_URL, [login], pool_size=1) as url:
        settings.DATABASE_URL = url
        assert [take("gera:x", most=2, seconds=60).granted for _try in range(3)] == [True, True, False]
        with psycopg.connect(url, autocommit=True, prepare_threshold=None) as other:
            assert other.execute("SELECT current_user").fetchone() == (login,)
        line.close()
