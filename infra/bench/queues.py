"""How long the others wait while one commune has ten thousand tasks: with lanes and with one queue, on both brokers."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from infra.bench.report import percentile, print_table
from infra.bench.site import DATA, ROOT

TIMES = int(os.environ.get("BENCH_TASKS", "10000"))
ROUNDS = 40
CONCURRENCY = 2
GIVE_UP = 1800  # seconds


def measure_queues(busy: str, others: list[str]) -> None:
    """Print how long tasks waited. The servers are those of the tests, with the settings that we ship."""
    from tests.servers.rabbitmq import rabbitmq
    from tests.servers.redis import redis

    rows = []
    for name, server in (("Redis", redis), ("RabbitMQ", rabbitmq)):
        for way in ("lanes", "one queue"):
            with server() as broker:
                rows.append([name, way, *_measured(broker, busy, others, way)])
    title = (
        f"{TIMES} tasks of one commune, {ROUNDS} of each of {len(others)} others after them; a worker of {CONCURRENCY}"
    )
    head = ["broker", "way", "sent/s", "done/s", "others wait: p50", "p95", "max", "the busy one: p50"]
    print_table(title, head, rows)


def _measured(broker: str, busy: str, others: list[str], way: str) -> list[str]:
    diary = DATA / f"queue-{time.time_ns()}"
    environ = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "DATABASE_ADMIN_URL")}
    environ |= {
        "CELERY_BROKER_URL": broker,
        "DJANGO_SETTINGS_MODULE": "infra.bench.queue_settings",
        "QUEUE_DIARY": str(diary),
        "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "platform")]),
    }
    with ExitStack() as stack:
        stack.enter_context(_worker(environ))
        _send(environ, busy, others, times=0, rounds=1, way=way)
        _wait(diary, others, rounds=1)
        began, before = time.monotonic(), len(_waits(diary, [busy]))
        flood = float(_send(environ, busy, others, times=TIMES, rounds=ROUNDS, way=way))
        _wait(diary, others, rounds=ROUNDS + 1)
        done = (len(_waits(diary, [busy])) - before) / (time.monotonic() - began)
    waits = _waits(diary, others)[len(others) :]
    shares = [f"{percentile(waits, share):.2f} s" for share in (0.5, 0.95, 1.0)]
    return [f"{TIMES / flood:.0f}", f"{done:.0f}", *shares, f"{percentile(_waits(diary, [busy]), 0.5):.1f} s"]


@contextmanager
def _worker(environ: dict[str, str]) -> Iterator[None]:
    words = ["worker", "--concurrency", str(CONCURRENCY), "--without-schedule"]
    with (DATA / "queue-worker.log").open("ab") as log:
        child = subprocess.Popen(  # noqa: S603
            [sys.executable, str(ROOT / "manage.py"), *words], env=environ, stdout=log, stderr=log
        )
    try:
        yield
    finally:
        child.kill()
        child.wait()


def _send(environ: dict[str, str], busy: str, others: list[str], *, times: int, rounds: int, way: str) -> str:
    from infra.embedded.postgres import APP_LOGIN, DATABASE_NAME, start_server

    url = start_server(DATA / "postgres").url_of(DATABASE_NAME, APP_LOGIN)
    words = [busy, str(times), str(rounds), way, *others]
    code = "import django; django.setup(); from infra.bench.queue_tasks import main; main()"
    command = [sys.executable, "-c", code, *words]
    done = subprocess.run(  # noqa: S603
        command, env=environ | {"DATABASE_URL": url}, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True
    )
    return done.stdout


def _wait(diary: Path, others: list[str], *, rounds: int) -> None:
    pause, deadline = threading.Event(), time.monotonic() + GIVE_UP
    while len(_waits(diary, others)) < rounds * len(others):
        if time.monotonic() > deadline:
            raise SystemExit(f"The worker did not get through; see {DATA / 'queue-worker.log'}.")
        pause.wait(0.2)


def _waits(diary: Path, schemas: list[str]) -> list[float]:
    lines = diary.read_text().splitlines() if diary.exists() else []
    return [float(seconds) for schema, seconds in (line.split() for line in lines) if schema in schemas]
