"""A whole platform for journeys: web server and worker as processes, with database and data of their own."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

from tests.settings import COMMUNE_ROLE_PREFIX, ROLE_PREFIX, ROOT

READY_WITHIN = 60.0
PREPARED_WITHIN = 240.0
GRACE = 15.0
PREPARE = "import django; django.setup(); from rathausplatz.demo.prepare import prepare; prepare(print)"


def free_port() -> int:
    """A TCP port that nobody uses at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(condition: Callable[[], object], *, seconds: float, what: str) -> None:
    """Return when `condition` holds; raise AssertionError that names `what` after `seconds`."""
    pause, deadline = threading.Event(), time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"Not within {seconds:.0f} s: {what}"
        pause.wait(0.05)


class RunningPlatform:
    """The demo's communes and accounts, served for real on a free port."""

    def __init__(self, *, data: Path, app_url: str, owner_url: str, mail_port: int) -> None:
        self.data = data
        self.port = free_port()
        self.owner_url = owner_url
        self.environ = {
            **{
                name: value for name, value in os.environ.items() if not name.startswith(("DJANGO_", "CELERY_", "AWS_"))
            },
            "BASE_DOMAIN": "localhost",
            "COMMUNE_ROLE_PREFIX": f"{COMMUNE_ROLE_PREFIX}j_",
            "DATABASE_URL": app_url,
            "ROLE_PREFIX": ROLE_PREFIX,
            "DJANGO_SETTINGS_MODULE": "rathausplatz.settings",
            "MAIL_URL": f"smtp://127.0.0.1:{mail_port}",
            "PUBLIC_PORT": str(self.port),
            "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "platform")]),
            "RATHAUSPLATZ_DATA": str(data),
            "RATHAUSPLATZ_DEMO": "1",
        }
        self._children: dict[str, subprocess.Popen[bytes]] = {}

    def address(self, host: str, path: str = "/") -> str:
        """A full address: `address("gera", "/mitmachen/")`; the host "" is the operator's public page."""
        name = f"{host}.localhost" if host else "localhost"
        return f"http://{name}:{self.port}{path}"

    def prepare(self) -> None:
        """Build, migrate, make communes and accounts, as `make demo` does."""
        done = subprocess.run(
            [sys.executable, "-c", PREPARE],
            cwd=ROOT,
            env=self.environ | {"DATABASE_URL": self.owner_url},
            capture_output=True,
            text=True,
            timeout=PREPARED_WITHIN,
        )
        assert done.returncode == 0, f"The demo could not be prepared:\n{done.stdout[-3000:]}\n{done.stderr[-6000:]}"

    def start(self) -> None:
        """Start web server and workers and wait until the server is ready."""
        self._start("web", "serve", "--port", str(self.port), "--workers", "1")
        self._start("worker", "worker", "--concurrency", "1")
        self._start("owner", "worker", "--owner", DATABASE_URL=self.owner_url)
        wait_for(self._is_ready, seconds=READY_WITHIN, what=f"the web server is ready\n{self.said('web')}")

    def _start(self, name: str, *command: str, **environ: str) -> None:
        with (self.data / f"{name}.log").open("ab") as log:
            self._children[name] = subprocess.Popen(
                [sys.executable, str(ROOT / "manage.py"), *command],
                cwd=ROOT,
                env=self.environ | environ,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def _is_ready(self) -> bool:
        assert self._children["web"].poll() is None, f"The web server ended:\n{self.said('web')}"
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}/readyz", headers={"Host": "localhost"})
        try:
            with urllib.request.urlopen(request, timeout=5) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def said(self, name: str) -> str:
        """The end of what a process wrote."""
        log = self.data / f"{name}.log"
        return log.read_text(errors="replace")[-4000:] if log.exists() else ""

    def stop(self) -> None:
        """End all processes: ask first, then insist."""
        for child in self._children.values():
            if child.poll() is None:
                os.killpg(child.pid, signal.SIGTERM)
        for child in self._children.values():
            try:
                child.wait(GRACE)
            except subprocess.TimeoutExpired:
                os.killpg(child.pid, signal.SIGKILL)
                child.wait()
