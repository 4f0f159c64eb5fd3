"""How long a TLS handshake waits for the answer of `/ask`: over HTTP, one question after another."""

from __future__ import annotations

import http.client
import time
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from infra.bench.report import median, percentile, print_table

REQUESTS = 2000
WARM_UP = 50
GOAL_P99 = 0.005


@dataclass(frozen=True, slots=True)
class AskFigures:
    """Seconds of one answer each."""

    asked: int
    p50: float
    p99: float
    longest: float
    statuses: dict[int, int]


def measure_ask(port: int, names: Sequence[str], *, requests: int = REQUESTS) -> AskFigures:
    """Ask the internal server on `port` for `names` in turn, on one connection that is kept."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    times, statuses = [], dict[int, int]()
    for number in range(requests + WARM_UP):
        path = f"/ask?{urlencode({'domain': names[number % len(names)]})}"
        began = time.perf_counter()
        connection.request("GET", path)
        answer = connection.getresponse()
        answer.read()
        if number >= WARM_UP:
            times.append(time.perf_counter() - began)
            statuses[answer.status] = statuses.get(answer.status, 0) + 1
    connection.close()
    return AskFigures(requests, median(times), percentile(times, 0.99), max(times), statuses)


def report_ask(port: int, names: Sequence[str], *, domains: int) -> AskFigures:
    """Measure, and print a table. `domains` says how many host names the platform has."""
    figures = measure_ask(port, names)
    statuses = ", ".join(f"{status}: {number}" for status, number in sorted(figures.statuses.items()))
    times = [f"{seconds * 1000:.2f} ms" for seconds in (figures.p50, figures.p99, figures.longest)]
    goal = "yes" if figures.p99 < GOAL_P99 else "no"
    head = ["questions", "host names", "answers", "p50", "p99", "longest", "p99 < 5 ms"]
    print_table("May this name have a certificate? (/ask)", head, [[figures.asked, domains, statuses, *times, goal]])
    return figures
