"""A running demonstration of its own, for measuring: own data directory, own ports, real server and worker."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]
DATA = ROOT / ".data" / "bench"


def free_port() -> int:
    """A TCP port nobody uses at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def demonstration() -> Iterator[int]:
    """Run `rathausplatz demo` on an empty data directory and yield its port; end it and its data afterwards."""
    shutil.rmtree(DATA, ignore_errors=True)
    DATA.mkdir(parents=True)
    port = free_port()
    os.environ.update(
        {
            "RATHAUSPLATZ_DATA": str(DATA),
            "RATHAUSPLATZ_DEMO": "1",
            "PUBLIC_PORT": str(port),
            "MAIL_URL": "dummymail://",
            "LOG_LEVEL": "ERROR",
        }
    )
    os.environ.pop("DATABASE_URL", None)
    with (DATA / "demo.log").open("wb") as log:
        program = [sys.executable, str(ROOT / "manage.py"), "demo", "--port", str(port)]
        demo = subprocess.Popen(program, stdout=log, stderr=log, start_new_session=True)  # noqa: S603
    try:
        _wait(port, demo)
        yield port
    finally:
        demo.terminate()
        demo.wait(timeout=30)


def _wait(port: int, demo: subprocess.Popen[bytes]) -> None:
    request = urllib.request.Request(f"http://127.0.0.1:{port}/readyz", headers={"Host": "localhost"})
    pause = threading.Event()
    deadline = time.monotonic() + 180
    while time.monotonic() < deadline and demo.poll() is None:
        try:
            with urllib.request.urlopen(request, timeout=2) as answer:  # noqa: S310
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            pause.wait(0.2)
    raise SystemExit(f"The demonstration did not start; see {DATA / 'demo.log'}.")
