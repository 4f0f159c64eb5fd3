"""The demo from start to end: database, build, communes, processes, addresses, Ctrl-C."""

from __future__ import annotations

import argparse
import hashlib
import os
import sys
import time
from pathlib import Path

from rathausplatz.demo.supervisor import PortError, Supervisor, check_port, port_number

ROOT = Path(__file__).parents[3]
WINGS = ("tenants", "themes", "cms", "services", "platform", "infra")
WATCHED = (".py", ".yaml", ".json", ".css", ".js", ".po", ".csv", ".svg", ".txt")


def run(argv: list[str]) -> int:
    """`rathausplatz demo [--port N]`. Returns the exit code; errors are one sentence."""
    parser = argparse.ArgumentParser(prog="rathausplatz demo")
    parser.add_argument("--port", type=port_number, default=8000)
    options = parser.parse_args(argv)
    began = time.monotonic()
    try:
        check_port(options.port)
    except PortError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    _set_environment(options.port)
    from rathausplatz.cli import find_database

    found = find_database()
    _prepare_if_changed()
    return _serve(options.port, began, without=LOGINS if found == "embedded" else ())


# with the embedded server each process of ours finds the login that it may have by itself
LOGINS = ("DATABASE_URL", "DATABASE_ADMIN_URL")


def _set_environment(port: int) -> None:
    os.environ.update({"RATHAUSPLATZ_DEMO": "1", "PUBLIC_PORT": str(port), "BASE_DOMAIN": "localhost"})
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rathausplatz.settings")
    from rathausplatz.cli import data_dir

    data_dir().mkdir(parents=True, exist_ok=True)
    (data_dir() / "demo_port").write_text(str(port))


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
    mark.write_text(fingerprint())


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


def _serve(port: int, began: float, *, without: tuple[str, ...]) -> int:
    supervisor = Supervisor()
    supervisor.catch_signals()
    program = str(Path(sys.executable).parent / "rathausplatz")
    try:
        for name, words in (
            ("Webserver", ["serve", "--port", str(port)]),
            ("Worker", ["worker"]),
            ("Worker of the owner", ["worker", "--owner"]),
        ):
            supervisor.start(name, [program, *words], without=without)
        if not supervisor.wait_until_ready(f"http://127.0.0.1:{port}/readyz", "localhost"):
            if supervisor.stop.is_set():
                return 0
            sys.stderr.write("The web server did not get ready; its messages are above.\n")
            return 1
        from rathausplatz.demo.accounts import welcome

        sys.stdout.write(welcome(port, time.monotonic() - began))
        sys.stdout.flush()
        return supervisor.watch()
    finally:
        supervisor.end_all()
