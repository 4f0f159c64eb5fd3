"""A whole platform for journeys: web server and worker as processes, with database and data of their own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from pathlib import Path

from infra.processes import processes
from tests.servers.running import end, free_port, wait_until
from tests.settings import COMMUNE_ROLE_PREFIX, ROLE_PREFIX, ROOT

READY_WITHIN = 180.0
PREPARED_WITHIN = 240.0
PREPARE = "from rathausplatz.demo.prepare import prepare; prepare(print)"


def wait_for(condition: Callable[[], object], *, seconds: float, what: str) -> None:
    """Return when `condition` holds; raise AssertionError that names `what` after `seconds`."""
    wait_until(condition, seconds=seconds, what=what)


class RunningProcesses:
    """Processes of an installation: database, data folder and role prefix of their own, started as in production."""

    def __init__(self, *, data: Path, app_url: str, owner_url: str, role_prefix: str, **environ: str) -> None:
        self.data = data
        self.owner_url = owner_url
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("DJANGO_", "CELERY_", "AWS_", "CACHE_"))}
        self.environ = {
            **kept,
            "BASE_DOMAIN": "localhost",
            "COMMUNE_ROLE_PREFIX": role_prefix,
            "DATABASE_URL": app_url,
            "ROLE_PREFIX": ROLE_PREFIX,
            "DJANGO_SETTINGS_MODULE": "rathausplatz.settings",
            "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "platform")]),
            "RATHAUSPLATZ_DATA": str(data),
            **environ,
        }
        self.children: dict[str, subprocess.Popen[bytes]] = {}

    def run(self, code: str) -> None:
        """Run some Python of the installation to its end, as the owner of the schemas."""
        done = subprocess.run(
            [sys.executable, "-c", f"import django; django.setup(); {code}"],
            cwd=ROOT,
            env=self.environ | {"DATABASE_URL": self.owner_url},
            capture_output=True,
            text=True,
            timeout=PREPARED_WITHIN,
        )
        assert done.returncode == 0, f"{code}:\n{done.stdout[-3000:]}\n{done.stderr[-6000:]}"

    def start_process(self, name: str, words: Sequence[str]) -> subprocess.Popen[bytes]:
        """Start `rathausplatz` with some words; the owner's worker, and only that, with the owner's login."""
        environ = self.environ | ({"DATABASE_URL": self.owner_url} if "--owner" in words else {})
        with (self.data / f"{name}.log").open("ab") as log:
            self.children[name] = subprocess.Popen(
                [sys.executable, str(ROOT / "manage.py"), *words],
                cwd=ROOT,
                env=environ,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        return self.children[name]

    def said(self, name: str) -> str:
        """The end of what a process wrote."""
        log = self.data / f"{name}.log"
        return log.read_text(errors="replace")[-4000:] if log.exists() else ""

    def stop(self) -> None:
        """End all processes, all at once: ask first, then insist."""
        for child in self.children.values():
            if child.poll() is None:
                os.killpg(child.pid, signal.SIGTERM)
        for child in self.children.values():
            end(child)


class RunningPlatform(RunningProcesses):
    """The demo's communes and accounts, served for real on a free port."""

    def __init__(self, *, data: Path, app_url: str, owner_url: str, mail_port: int) -> None:
        self.port = free_port()
        super().__init__(
            data=data,
            app_url=app_url,
            owner_url=owner_url,
            role_prefix=f"{COMMUNE_ROLE_PREFIX}j_",
            MAIL_URL=f"smtp://127.0.0.1:{mail_port}",
            PUBLIC_PORT=str(self.port),
            RATHAUSPLATZ_DEMO="1",
        )

    def address(self, host: str, path: str = "/") -> str:
        """A full address: `address("gera", "/mitmachen/")`; the host "" is the operator's public page."""
        name = f"{host}.localhost" if host else "localhost"
        return f"http://{name}:{self.port}{path}"

    def prepare(self) -> None:
        """Build, migrate, make communes and accounts, as `make demo` does."""
        self.run(PREPARE)

    def start(self) -> None:
        """Start all processes that an installation has and wait until the server is ready."""
        ports = {"web": self.port, "internal": free_port()}
        for name, process in processes().items():
            values = {"address": "127.0.0.1", "port": ports.get(name), "workers": 1, "concurrency": 1}
            self.start_process(name, process.started_with(**values))
        wait_for(self._is_ready, seconds=READY_WITHIN, what=f"the web server is ready\n{self.said('web')}")

    def _is_ready(self) -> bool:
        assert self.children["web"].poll() is None, f"The web server ended:\n{self.said('web')}"
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}/readyz", headers={"Host": "localhost"})
        try:
            with urllib.request.urlopen(request, timeout=5) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False
