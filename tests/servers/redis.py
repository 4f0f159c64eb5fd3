"""The real Redis, empty and without a file on disk."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from infra.testing.packages import find_or_install
from tests.servers.running import free_port, running, wait_for_port


@contextmanager
def redis() -> Iterator[str]:
    """A running Redis; yields its URL."""
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="rp-redis-") as name:
        folder = Path(name)
        options = ["--bind", "127.0.0.1", "--port", str(port), "--save", "", "--appendonly", "no", "--dir", name]
        log = folder / "said.log"
        with running([str(find_or_install("redis-server")), *options], log=log) as child:
            wait_for_port(child, port, log)
            yield f"redis://127.0.0.1:{port}/0"
