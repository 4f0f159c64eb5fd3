"""What is sent while queues are measured, and the process that sends it."""

from __future__ import annotations

import os
import sys
import threading
import time
from pathlib import Path

from tenants.communes.scope import require_commune
from tenants.communes.tasks import commune_task

PACE = 0.25  # seconds between two rounds of the others


@commune_task()
def stamp(*, sent: float) -> None:
    """Write down whose task began, and how long after it was sent."""
    line = f"{require_commune().schema} {time.time() - sent:.4f}\n"
    with Path(os.environ["QUEUE_DIARY"]).open("ab", buffering=0) as diary:
        diary.write(line.encode())


def send(busy: str, others: list[str], *, times: int, rounds: int, lanes: bool) -> float:
    """One commune's flood, then a task of each of the others, again and again. Returns the seconds the flood took."""
    options = {} if lanes else {"queue": "communes"}

    def send_one(schema: str) -> None:
        stamp.apply_async(kwargs={"schema": schema, "sent": time.time()}, **options)

    began, pause = time.monotonic(), threading.Event()
    for _number in range(times):
        send_one(busy)
    took = time.monotonic() - began
    for _round in range(rounds):
        for other in others:
            send_one(other)
        pause.wait(PACE)
    return took


def main() -> None:
    """Send what the command line says: the busy commune, how often, how many rounds, the way, the others."""
    busy, times, rounds, way, *others = sys.argv[1:]
    seconds = send(busy, others, times=int(times), rounds=int(rounds), lanes=way == "lanes")
    sys.stdout.write(f"{seconds}\n")
