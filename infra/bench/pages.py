"""What a page costs: queries and time without the page cache, bytes over the wire with a cold browser."""

from __future__ import annotations

import time
from typing import Any

from infra.bench.report import kilobytes, median, milliseconds, percentile, print_table

RUNS = 60
WARM_UP = 5
PAGES = {
    "home": "/",
    "service": "/anliegen/bewohnerparkausweis/",
    "search": "/suche/?q=Parkausweiss",
    "form step": "/antrag/bewohnerparkausweis/",
}


def measure_server_side(host: str, paths: dict[str, str]) -> None:
    """Queries (the switch of role and search path included) and p50/p95 of Django's whole answer, uncached."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    client = Client(headers={"host": host})
    rows = []
    for name, path in paths.items():
        times = []
        for run in range(RUNS + WARM_UP):
            began = time.perf_counter()
            answer = client.get(path)
            if run >= WARM_UP:
                times.append(time.perf_counter() - began)
        with CaptureQueriesContext(connection) as queries:
            client.get(path)
        rows.append(
            [
                name,
                path,
                answer.status_code,
                len(queries),
                milliseconds(median(times)),
                milliseconds(percentile(times, 0.95)),
            ]
        )
    print_table(
        f"Pages without the page cache ({RUNS} runs each)", ["page", "path", "status", "SQL", "p50", "p95"], rows
    )


def measure_wire(base: str, paths: dict[str, str], chromium: str) -> None:
    """Bytes that a cold Chromium receives, by kind of resource."""
    from playwright.sync_api import sync_playwright

    rows = []
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-dev-shm-usage"])
        for name, path in paths.items():
            sizes = _received(browser, base + path)
            kinds = [sizes.get(kind, 0) for kind in ("Document", "Stylesheet", "Script", "Font", "Image")]
            bare = sum(kinds[:3])
            rows.append([name, *(kilobytes(size) for size in kinds), kilobytes(bare), kilobytes(sum(sizes.values()))])
        browser.close()
    head = ["page", "HTML", "CSS", "JS", "fonts", "pictures", "HTML+CSS+JS", "all"]
    print_table("Bytes over the wire, cold browser", head, rows)


def _received(browser: Any, url: str) -> dict[str, int]:
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    devtools = context.new_cdp_session(page)
    devtools.send("Network.enable")
    kinds: dict[str, str] = {}
    sizes: dict[str, int] = {}
    devtools.on("Network.responseReceived", lambda event: kinds.update({event["requestId"]: event["type"]}))

    def finished(event: dict[str, Any]) -> None:
        kind = kinds.get(event["requestId"], "Other")
        sizes[kind] = sizes.get(kind, 0) + int(event["encodedDataLength"])

    devtools.on("Network.loadingFinished", finished)
    page.goto(url, wait_until="networkidle")
    context.close()
    return sizes
