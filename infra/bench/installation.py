"""A scratch installation: its own data folder, PostgreSQL and ports, and the processes that processes.yaml lists.

Unlike the demonstration nothing here watches the processes: who measures kills, holds and starts them.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from infra.bench.site import ROOT, free_port
from infra.embedded.postgres import APP_LOGIN, DATABASE_NAME, OWNER_LOGIN, ensure_database, start_server
from infra.processes import processes

READY_WITHIN = 600.0  # a machine may be busy, and a good start waits for none of it
GRACE = 15.0
FOREIGN = ("DJANGO_", "CELERY_", "AWS_", "CADDY_", "CACHE_", "DATABASE_", "RATHAUSPLATZ_", "PROMETHEUS_")
WORDS_OF_STARTING = "import django; django.setup(); "


class NotInTimeError(Exception):
    """Something that was waited for did not come about."""


def wait_until(condition: Callable[[], object], *, what: str, seconds: float = READY_WITHIN) -> float:
    """Return the seconds it took until `condition` held. Raises NotInTimeError that names `what`."""
    pause, began = threading.Event(), time.monotonic()
    while not condition():
        if time.monotonic() - began > seconds:
            raise NotInTimeError(f"Not within {seconds:.0f} s: {what}")
        pause.wait(0.1)
    return time.monotonic() - began


class Installation:
    """Use `installation(…)`. `children` holds the running processes by name."""

    def __init__(self, data: Path, **environ: str) -> None:
        self.data = data
        self.children: dict[str, subprocess.Popen[bytes]] = {}
        self.ports: dict[str, int] = {}
        self._started: dict[str, tuple[list[str], str]] = {}
        self.postgres = start_server(data / "postgres")
        ensure_database(self.postgres)
        kept = {name: value for name, value in os.environ.items() if not name.startswith(FOREIGN)}
        self.environ = kept | {
            "BASE_DOMAIN": "localhost",
            "DJANGO_SETTINGS_MODULE": "rathausplatz.settings",
            "LOG_LEVEL": "WARNING",
            "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "platform")]),
            "RATHAUSPLATZ_DATA": str(data),
            "RATHAUSPLATZ_DEMO": "1",
            "TMPDIR": str(_made(data / "tmp")),
            **environ,
        }

    def database(self, login: str = "") -> str:
        """The address of the database for a login; without one the superuser's."""
        return self.postgres.url_of(DATABASE_NAME, login)

    def run(self, code: str, *, seconds: float = 900.0) -> str:
        """Run some Python of the installation to its end, as the owner of the schemas. Returns what it printed."""
        logins = {"DATABASE_URL": self.database(OWNER_LOGIN), "DATABASE_ADMIN_URL": self.database()}
        done = subprocess.run(  # noqa: S603
            [sys.executable, "-c", WORDS_OF_STARTING + code],
            cwd=ROOT,
            env=self.environ | logins,
            capture_output=True,
            text=True,
            timeout=seconds,
        )
        if done.returncode:
            raise SystemExit(f"{code[:200]} failed:\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}")
        return done.stdout

    def prepare(self) -> None:
        """Migrate, and make the demonstration's three communes with their accounts; once for a folder that is kept."""
        mark = self.data / "bench-prepared"
        if not mark.exists():
            self.run("from rathausplatz.demo.prepare import prepare; prepare(print)", seconds=3_600)
            mark.touch()

    def start(self, kind: str, *, name: str = "", workers: int = 1, concurrency: int = 2) -> None:
        """Start one kind of process from the list, under a name of its own where there are several."""
        process, name = processes()[kind], name or kind
        port = self.ports.setdefault(name, free_port()) if "PORT" in process.words else 0
        words = process.started_with(address="127.0.0.1", port=port, workers=workers, concurrency=concurrency)
        self._started[name] = (words, OWNER_LOGIN if process.login == "owner" else APP_LOGIN)
        self.start_again(name)

    def start_again(self, name: str) -> None:
        """Start a process that has ended, with the words it had. One that lives is left alone."""
        child = self.children.get(name)
        if child is not None and child.poll() is None:
            return
        words, login = self._started[name]
        with (self.data / f"{name}.log").open("ab") as log:
            self.children[name] = subprocess.Popen(  # noqa: S603
                [sys.executable, str(ROOT / "manage.py"), *words],
                cwd=ROOT,
                env=self.environ | {"DATABASE_URL": self.database(login)},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def start_all(self, *, leaving_out: Sequence[str] = ("internal",), workers: int = 2) -> None:
        """Start every kind of process that the list has."""
        for kind in processes():
            if kind not in leaving_out:
                self.start(kind, workers=workers)

    def wait_until_ready(self, name: str = "web") -> None:
        """Return when a web process answers."""
        from infra.bench.browsing import status_of

        wait_until(
            lambda: status_of(self.ports[name], "/readyz", "localhost") == 200,
            what=f"{name} is ready; see {self.data / f'{name}.log'}",
        )

    def end(self) -> None:
        """End all processes and PostgreSQL: ask first, then insist."""
        for child in self.children.values():
            _tell_group(child, signal.SIGCONT)
            _tell_group(child, signal.SIGTERM)
        deadline = time.monotonic() + GRACE
        for child in self.children.values():
            with suppress(subprocess.TimeoutExpired):
                child.wait(max(0.1, deadline - time.monotonic()))
            _tell_group(child, signal.SIGKILL)
            child.wait()
        self.postgres.stop()


@contextmanager
def installation(folder: str, *, keep: bool = False, **environ: str) -> Iterator[Installation]:
    """An empty installation in a folder of the data directory; it ends, and its data go, afterwards.

    `keep` goes on with what an earlier run left there, and leaves it in turn.
    """
    from rathausplatz.cli import data_dir

    data = data_dir() / folder
    if not keep:
        shutil.rmtree(data, ignore_errors=True)
    try:
        with installation_in(_made(data), **environ) as site:
            yield site
    finally:
        if not keep:
            shutil.rmtree(data, ignore_errors=True)


@contextmanager
def installation_in(data: Path, **environ: str) -> Iterator[Installation]:
    """The same in a folder that is there and empty, and stays."""
    site = Installation(data, **environ)
    try:
        yield site
    finally:
        site.end()


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _tell_group(child: subprocess.Popen[bytes], number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.killpg(child.pid, number)


def descendants(pid: int) -> list[int]:
    """A process and all that it and they started, as the kernel has them now."""
    parents = _parents()
    found, grown = [pid] if pid in parents else [], True
    while grown:
        more = [child for child, parent in parents.items() if parent in found and child not in found]
        found, grown = found + more, bool(more)
    return found


def _parents() -> Mapping[int, int]:
    found = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with suppress(OSError):
                found[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
    return found


def memory_of(pid: int) -> int:
    """Bytes in memory of a process and all it started; shared pages count in each."""
    total = 0
    for one in descendants(pid):
        with suppress(OSError):
            total += int(Path(f"/proc/{one}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    return total
