"""What a request pays for being counted, with files as the web server's processes use them."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile

from infra.bench.report import print_table

TURNS = 20_000
# in a process of its own: prometheus-client chooses its files when it is first imported
PROGRAM = """
import json, sys, time
from pathlib import Path
from rathausplatz.metrics.folders import begin_counting
begin_counting(Path(sys.argv[1]), "bench")
import django
django.setup()
from django.http import HttpRequest, HttpResponse
from rathausplatz.metrics.middleware import MetricsMiddleware
answer, request, times = HttpResponse("ok"), HttpRequest(), []
request.commune = type("Ref", (), {"schema": "gera"})()
counting = MetricsMiddleware(lambda request: answer)
for turn in range(int(sys.argv[2])):
    began = time.perf_counter()
    counting(request)
    times.append(time.perf_counter() - began)
times.sort()
print(json.dumps([times[len(times) // 2], times[len(times) * 99 // 100]]))
"""


def measure_counting(turns: int = TURNS) -> tuple[float, float]:
    """Seconds a request pays: median and 99th percentile."""
    with tempfile.TemporaryDirectory(prefix="rp-counting-") as folder:
        command = [sys.executable, "-c", PROGRAM, folder, str(turns)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603
    p50, p99 = json.loads(done.stdout)
    return float(p50), float(p99)


def report_counting() -> None:
    """Measure, and print a table."""
    p50, p99 = measure_counting()
    row = [TURNS, f"{p50 * 1e6:.1f} µs", f"{p99 * 1e6:.1f} µs"]
    print_table("Counting a request for Prometheus", ["requests", "p50", "p99"], [row])
