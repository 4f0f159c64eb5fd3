"""The real Redis, empty, with a configuration that we ship."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from infra.testing.packages import find_or_install
from tests.servers.running import ROOT, free_port, running, wait_for_port


@contextmanager
def redis(kind: Literal["broker", "cache"] = "broker") -> Iterator[str]:
    """A running Redis with infra/deploy/redis/<kind>.conf; yields its URL."""
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="rp-redis-") as name:
        folder = Path(name)
        configuration = str(ROOT / "infra" / "deploy" / "redis" / f"{kind}.conf")
        log = folder / "said.log"
        command = [str(find_or_install("redis-server")), configuration, "--port", str(port), "--dir", name]
        with running(command, log=log) as child:
            wait_for_port(child, port, log)
            yield f"redis://127.0.0.1:{port}/0"
