"""The demo from start to end: database, build, communes, processes, addresses, Ctrl-C."""

from __future__ import annotations

import argparse
import hashlib
import os
import sys
import time
from pathlib import Path

from rathausplatz.demo.folder import LOCK, DemoFolder, StillRunningError
from rathausplatz.demo.supervisor import (
    Interrupted,
    PortError,
    Supervisor,
    check_port,
    interrupt_on_signals,
    port_number,
    say,
)
from rathausplatz.scratch import sweep_scratch
from rathausplatz.whole_files import write_whole

ROOT = Path(__file__).parents[3]
WINGS = ("tenants", "themes", "cms", "services", "platform", "infra")
WATCHED = (".py", ".yaml", ".json", ".css", ".js", ".po", ".csv", ".svg", ".txt")


def run(argv: list[str]) -> int:
    """`rathausplatz demo [--port N]`. Returns the exit code; errors are one sentence."""
    parser = argparse.ArgumentParser(prog="rathausplatz demo")
    parser.add_argument("--port", type=port_number, default=8000)
    options = parser.parse_args(argv)
    interrupt_on_signals()
    try:
        return _run(options.port)
    except (PortError, StillRunningError) as error:
        say(f"{error}\n")
        return 2
    except Interrupted:
        say("\nAbgebrochen. Der nächste Start macht weiter.\n")
        return 130


def _run(port: int) -> int:
    began = time.monotonic()
    from rathausplatz.cli import data_dir, find_database

    if not (data_dir() / LOCK).exists():
        # nothing is made for a port that can't be had; where a demo was before, it may be its own that holds the port
        check_port(port)
    folder = DemoFolder.take(data_dir(), port)
    check_port(port)
    _set_environment(port)
    found = find_database()
    _prepare_if_changed()
    return _serve(folder, port, began, embedded=found == "embedded")


# with the embedded server each process of ours finds the login that it may have by itself
LOGINS = ("DATABASE_URL", "DATABASE_ADMIN_URL")


def _set_environment(port: int) -> None:
    os.environ.update({"RATHAUSPLATZ_DEMO": "1", "PUBLIC_PORT": str(port), "BASE_DOMAIN": "localhost"})
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rathausplatz.settings")
    from rathausplatz.cli import data_dir

    data_dir().mkdir(parents=True, exist_ok=True)
    write_whole(data_dir() / "demo_port", str(port))


def fingerprint() -> str:
    """Changes with any source file and with the database in use."""
    digest = hashlib.sha256(os.environ["DATABASE_URL"].encode() + os.environ["PUBLIC_PORT"].encode())
    for wing in WINGS:
        for path in sorted((ROOT / wing).rglob("*")):
            if path.suffix in WATCHED and "__pycache__" not in path.parts:
                stat = path.stat()
                digest.update(f"{path.relative_to(ROOT)}:{stat.st_size}:{stat.st_mtime_ns}".encode())
    return digest.hexdigest()


def _prepare_if_changed() -> None:
    from rathausplatz.cli import data_dir

    mark, wanted = data_dir() / "prepared", fingerprint()
    if mark.exists() and mark.read_text() == wanted and _is_migrated():
        return
    import django

    django.setup()
    from rathausplatz.demo.prepare import prepare

    prepare(_say)
    write_whole(mark, fingerprint())


def _is_migrated() -> bool:
    import psycopg

    with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
        # the web's login may not look into any schema, but sees their names
        row = connection.execute(
            "SELECT EXISTS (SELECT FROM pg_namespace WHERE nspname = 'commune_template')"
        ).fetchone()
    return bool(row and row[0])


def _say(text: str) -> None:
    sys.stdout.write(f"  {text}\n")
    sys.stdout.flush()


def _serve(folder: DemoFolder, port: int, began: float, *, embedded: bool) -> int:
    supervisor = Supervisor()
    supervisor.catch_signals()
    program = str(Path(sys.executable).parent / "rathausplatz")
    without = LOGINS if embedded else ()

    def note() -> None:
        folder.note_processes(supervisor.pids())

    try:
        for name, words in (
            ("Webserver", ["serve", "--port", str(port)]),
            ("Worker", ["worker", "--queues", "communes,bulk,celery"]),
            ("Worker for mails", ["worker", "--queues", "mails", "--concurrency", "1", "--without-schedule"]),
            ("Worker of the owner", ["worker", "--owner"]),
        ):
            supervisor.start(name, [program, *words], without=without)
            note()
        if not supervisor.wait_until_ready(f"http://127.0.0.1:{port}/readyz", "localhost"):
            if supervisor.stop.is_set():
                return 0
            sys.stderr.write("The web server did not get ready; its messages are above.\n")
            return 1
        from rathausplatz.demo.accounts import welcome

        sys.stdout.write(welcome(port, time.monotonic() - began))
        sys.stdout.flush()
        return supervisor.watch(_look_after_database if embedded else lambda: None, note)
    finally:
        supervisor.end_all()
        sweep_scratch()


def _look_after_database() -> None:
    """Start the embedded PostgreSQL again when its postmaster was killed; what is left of that one has to go first."""
    from infra.embedded.postgres import DatabaseUnusableError, joined_server
    from rathausplatz.cli import data_dir

    try:
        server = joined_server(data_dir() / "postgres")
        if not server.is_up():
            say("PostgreSQL ended unexpectedly and is started again.\n")
            server.start_again()
    except DatabaseUnusableError as error:
        say(f"{error}\n")
