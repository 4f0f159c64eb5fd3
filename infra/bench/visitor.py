"""A process that visits pages on order: `python -m infra.bench.visitor HOST`, an order and an answer a line, as JSON.

{"path": P, "times": N} answers N visits as [seconds, seconds of this process's CPU]; {"path": P} answers the round
trips to the database and the characters of one visit.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from typing import Any, NamedTuple

from infra.bench.site import ROOT
from infra.bench.wire import round_trips

WARM_UP = 30


class Visit(NamedTuple):
    """Seconds on the clock, and seconds that the visiting process worked itself: the rest is the database's."""

    clock: float
    cpu: float


class Visitor:
    """Such a process, seen from the one that measures."""

    def __init__(self, host: str, settings: str, database_url: str, **environ: str) -> None:
        paths = [environ.get("PYTHONPATH", ""), str(ROOT), str(ROOT / "platform")]
        env = {**os.environ, **environ, "DJANGO_SETTINGS_MODULE": settings, "DATABASE_URL": database_url}
        env |= {"DATABASE_DIRECT_URL": database_url, "PYTHONPATH": os.pathsep.join(filter(None, paths))}
        self._process = subprocess.Popen(  # noqa: S603
            [sys.executable, "-m", "infra.bench.visitor", host],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=env,
            cwd=ROOT,
            text=True,
        )
        self._answer()

    def visit(self, path: str, times: int) -> list[Visit]:
        """How long each visit took."""
        return [Visit(*seconds) for seconds in self._order({"path": path, "times": times})]

    def look(self, path: str) -> tuple[int, int]:
        """Round trips to the database and characters of one visit, when everything is warm."""
        found = self._order({"path": path})
        return int(found["trips"]), int(found["length"])

    def end(self) -> None:
        """End the process."""
        assert self._process.stdin is not None and self._process.stdout is not None  # noqa: S101, PT018
        self._process.stdin.close()
        self._process.wait(timeout=30)
        self._process.stdout.close()

    def _order(self, order: dict[str, Any]) -> Any:
        assert self._process.stdin is not None  # noqa: S101
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        return self._answer()

    def _answer(self) -> Any:
        assert self._process.stdout is not None  # noqa: S101
        line = self._process.stdout.readline()
        if not line:
            raise SystemExit("A visiting process ended; its message is above.")
        return json.loads(line)


def interleaved(visitors: dict[str, Visitor], path: str, *, rounds: int, times: int) -> dict[str, list[Visit]]:
    """Visit the same page by turns, in alternating order: what else the machine does, does to all alike."""
    found: dict[str, list[Visit]] = {name: [] for name in visitors}
    for visitor in visitors.values():
        visitor.visit(path, WARM_UP)
    for turn in range(rounds):
        for name in list(visitors) if turn % 2 else reversed(visitors):
            found[name] += visitors[name].visit(path, times)
    return found


def main(host: str) -> None:
    """Visit until standard input ends."""
    import django

    django.setup()
    from django.test import Client

    from tenants.communes.invalidation import listener, listening

    listener.start()
    pause = threading.Event()
    while not listening():  # only then anything is remembered
        pause.wait(0.01)
    client = Client(headers={"host": host})
    _say("ready")
    for line in sys.stdin:
        order = json.loads(line)
        _say(_timed(client, **order) if "times" in order else _looked_at(client, **order))


def _say(answer: Any) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


def _timed(client: Any, path: str, times: int) -> list[Visit]:
    visits = []
    for _turn in range(times):
        worked, began = time.process_time(), time.perf_counter()
        client.get(path)
        visits.append(Visit(time.perf_counter() - began, time.process_time() - worked))
    return visits


def _looked_at(client: Any, path: str) -> dict[str, int]:
    answers: list[Any] = []
    for _turn in range(WARM_UP):
        client.get(path)
    trips = round_trips(lambda: answers.append(client.get(path)))
    if answers[0].status_code != 200:
        raise SystemExit(f"{path} answered {answers[0].status_code}.")
    return {"trips": trips, "length": len(answers[0].content)}


if __name__ == "__main__":
    main(sys.argv[1])
