"""The real Redis, empty, with the configuration that we ship."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from infra.testing.packages import find_or_install
from tests.servers.running import ROOT, Server, free_port, running, wait_for_port


@contextmanager
def redis() -> Iterator[str]:
    """A running Redis with infra/deploy/redis/broker.conf; yields its URL."""
    with redis_server() as server:
        yield server.url


@contextmanager
def redis_server() -> Iterator[Server]:
    """The same, with its process."""
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="rp-redis-") as name:
        folder = Path(name)
        configuration = str(ROOT / "infra" / "deploy" / "redis" / "broker.conf")
        log = folder / "said.log"
        command = [str(find_or_install("redis-server")), configuration, "--port", str(port), "--dir", name]
        with running(command, log=log) as child:
            wait_for_port(child, port, log)
            yield Server(f"redis://127.0.0.1:{port}/0", child)
