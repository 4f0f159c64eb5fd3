"""Run the same work on several connections at once, each in a commune's scope and a transaction of its own."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any, TypeVar

from django.db import connection

from tenants.communes.scope import CommuneRef, commune_scope

T = TypeVar("T")


def simultaneously(commune: CommuneRef, work: Callable[[int], T], *, times: int) -> list[T]:
    """The results of `work(0)`, `work(1)`, …, all started at the same moment and committed."""
    start = Barrier(times)

    def one(number: int) -> T:
        try:
            start.wait(timeout=60)
            with commune_scope(commune):
                return work(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(one, range(times)))


def afterwards(commune: CommuneRef, work: Callable[[], Any]) -> Any:
    """Look at (or clean up) what was committed, on a connection that has not seen it yet."""
    return simultaneously(commune, lambda _number: work(), times=1)[0]
