"""Few threads, many hosts: by turns, and with a way through for each."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from rathausplatz.front.waiting import MOST_WAITING_OF_ONE, FullError, Threads

from tests.servers.running import wait_until


class Slow:
    """Work that lasts until it is released, and notes the order of what was begun."""

    def __init__(self) -> None:
        self.release = threading.Event()
        self.begun: list[str] = []

    def work(self, name: str) -> str:
        self.begun.append(name)
        assert self.release.wait(60)
        return name


@pytest.fixture
def slow() -> Iterator[Slow]:
    one = Slow()
    yield one
    one.release.set()


def test_one_host_leaves_another_a_way_through(slow: Slow) -> None:
    threads = Threads(4, name="test")
    for number in range(10):
        threads.submit("gera", lambda number=number: slow.work(f"gera {number}"))
    wait_until(lambda: len(slow.begun) == 3, what="three of gera's are begun")
    assert threads.submit("wurzen", lambda: "wurzen").result(30) == "wurzen"
    assert threads.submit("jena", lambda: "jena").result(30) == "jena"
    assert len(slow.begun) == 3


def test_who_waits_is_served_by_turns(slow: Slow) -> None:
    threads = Threads(1, name="test")
    threads.submit("gera", lambda: slow.work("first"))
    wait_until(lambda: slow.begun == ["first"], what="the thread is busy")
    order: list[str] = []
    waiting = [threads.submit("gera", lambda n=n: order.append(f"gera {n}")) for n in range(3)]
    waiting += [threads.submit("wurzen", lambda n=n: order.append(f"wurzen {n}")) for n in range(2)]
    slow.release.set()
    for one in waiting:
        one.result(30)
    assert order == ["gera 0", "wurzen 0", "gera 1", "wurzen 1", "gera 2"]


def test_who_gave_up_is_not_served_and_leaves_room(slow: Slow) -> None:
    threads = Threads(1, name="test")
    threads.submit("gera", lambda: slow.work("first"))
    wait_until(lambda: slow.begun == ["first"], what="the thread is busy")
    done: list[str] = []
    waiting = [threads.submit("gera", lambda: done.append("late")) for _ in range(MOST_WAITING_OF_ONE)]
    with pytest.raises(FullError):
        threads.submit("gera", lambda: None)
    assert all(one.cancel() for one in waiting)
    last = threads.submit("gera", lambda: done.append("last"))
    slow.release.set()
    last.result(30)
    assert done == ["last"]


def test_a_fault_is_told_to_who_waits_and_the_thread_goes_on() -> None:
    threads = Threads(1, name="test")
    with pytest.raises(ZeroDivisionError):
        threads.submit("gera", lambda: 1 / 0).result(30)
    assert threads.submit("gera", lambda: "on").result(30) == "on"
    threads.end(within=10)
