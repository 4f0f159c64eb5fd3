"""Requests a second from the page cache, and how soon a published change is seen."""

from __future__ import annotations

import re
import shutil
import subprocess
import time
import urllib.request
from typing import Any

from infra.bench.report import median, milliseconds, percentile, print_table

SECONDS = 8
CONNECTIONS = 32
CHANGES = 20


def measure_throughput(port: int, host: str) -> None:
    """Load the home page with wrk from this machine, server and load sharing its cores."""
    program = shutil.which("wrk")
    if program is None:
        print_table("Page cache", ["note"], [["wrk is not installed (Debian: apt-get install wrk); not measured"]])
        return
    rows = []
    for path in ("/", "/anliegen/"):
        command = [program, "-t1", f"-c{CONNECTIONS}", f"-d{SECONDS}s", "--latency", "-H", f"Host: {host}:{port}"]
        command += ["-H", "Accept-Encoding: gzip", f"http://127.0.0.1:{port}{path}"]
        text = subprocess.run(command, capture_output=True, text=True, check=True).stdout  # noqa: S603
        rate = re.search(r"Requests/sec:\s+([\d.]+)", text)
        p50, p99 = re.search(r"50%\s+(\S+)", text), re.search(r"99%\s+(\S+)", text)
        errors = re.search(r"Non-2xx or 3xx responses: (\d+)", text)
        found = [match.group(1) if match else "?" for match in (rate, p50, p99)]
        rows.append([path, *found, errors.group(1) if errors else "0"])
    title = f"Page cache: wrk, {CONNECTIONS} connections, {SECONDS} s, load on the same cores"
    print_table(title, ["page", "requests/s", "p50", "p99", "errors"], rows)


def measure_invalidation(port: int, host: str, commune: Any) -> None:
    """From the commit of a published news page to the first anonymous answer that shows it."""
    from cms.models import HomePage
    from tenants.communes.scope import commune_scope

    times = []
    for number in range(CHANGES):
        title = f"Messung {number} {time.time_ns()}"
        _read(port, host)
        with commune_scope(commune):
            home = HomePage.objects.filter(locale__language_code="de", live=True).first()
            home.search_description = title
            home.save_revision().publish()
        began = time.perf_counter()
        while title not in _read(port, host):
            if time.perf_counter() - began > 5:
                raise SystemExit("A published change was not shown within 5 s.")
        times.append(time.perf_counter() - began)
    rows = [[CHANGES, milliseconds(median(times)), milliseconds(percentile(times, 0.95)), milliseconds(max(times))]]
    print_table("Published change → seen by an anonymous visitor", ["changes", "p50", "p95", "longest"], rows)


def _read(port: int, host: str) -> str:
    request = urllib.request.Request(f"http://127.0.0.1:{port}/", headers={"Host": f"{host}:{port}"})
    with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
        return str(answer.read().decode())
