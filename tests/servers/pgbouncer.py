"""The real PgBouncer, with the configuration that we ship."""

from __future__ import annotations

import os
import pwd
import re
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from psycopg.conninfo import conninfo_to_dict, make_conninfo

from infra.testing.packages import find_or_install
from tests.servers.running import ROOT, free_port, give, running, unprivileged, wait_for_port

SHIPPED = ROOT / "infra" / "deploy" / "pgbouncer" / "pgbouncer.ini"
PASSWORD = "not-a-secret-in-tests"  # towards PgBouncer, and on to PostgreSQL if that asks for one


@contextmanager
def pgbouncer(
    database_url: str,
    users: Sequence[str],
    *,
    pool_size: int = 3,
    pool_mode: str = "transaction",
    password: str = PASSWORD,
) -> Iterator[str]:
    """A running PgBouncer in front of `database_url` (TCP or Unix socket); yields the URL that leads through it.

    The URL logs in as the first of `users`; all of them may log in with `password`, which PgBouncer passes on. The
    configuration is infra/deploy/pgbouncer/pgbouncer.ini; only addresses, files and the pool are set here.
    """
    server = conninfo_to_dict(database_url)
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="rp-pgbouncer-") as name:
        folder, user = Path(name), _user_for(str(server.get("host") or ""))
        configuration = folder / "pgbouncer.ini"
        configuration.write_text(_configuration(folder, server, port, pool_size, pool_mode))
        (folder / "userlist.txt").write_text("".join(f'"{login}" "{password}"\n' for login in users))
        give(folder, user)
        log = folder / "said.log"
        with running([str(find_or_install("pgbouncer")), str(configuration)], log=log, user=user) as child:
            wait_for_port(child, port, log)
            parts = {"host": "127.0.0.1", "port": port, "dbname": server["dbname"], "user": users[0]}
            yield url_of(make_conninfo(**parts, password=password))


def url_of(conninfo: str) -> str:
    """A connection string of keywords as a URL."""
    part = conninfo_to_dict(conninfo)
    return f"postgresql://{part['user']}:{part['password']}@{part['host']}:{part['port']}/{part['dbname']}"


def _user_for(host: str) -> str | None:
    """Who may run it: PgBouncer refuses root, and only the owner of a server's folder reaches the socket in it."""
    if os.geteuid() == 0 and host.startswith("/"):
        owner = os.stat(host).st_uid
        return pwd.getpwuid(owner).pw_name if owner else unprivileged()
    return unprivileged()


def _configuration(folder: Path, server: dict[str, object], port: int, pool_size: int, pool_mode: str) -> str:
    """The shipped file with the values that only this run knows; everything else stays as shipped."""
    place = f"host={server.get('host') or '127.0.0.1'} port={server.get('port') or 5432} dbname={server['dbname']}"
    text = _set("rathausplatz", place, SHIPPED.read_text()).replace("rathausplatz =", f"{server['dbname']} =", 1)
    values = {
        "listen_port": port,
        "unix_socket_dir": "",
        "logfile": folder / "pgbouncer.log",
        "pidfile": folder / "pgbouncer.pid",
        "auth_file": folder / "userlist.txt",
        "pool_mode": pool_mode,
        "default_pool_size": pool_size,
        "min_pool_size": min(2, pool_size),
        "reserve_pool_size": 0,
    }
    for key, value in values.items():
        text = _set(key, str(value), text)
    return text


def _set(key: str, value: str, text: str) -> str:
    replaced, count = re.subn(rf"^{key} =.*$", lambda _match: f"{key} = {value}", text, flags=re.MULTILINE)
    assert count == 1, f"{SHIPPED} has {count} lines for {key}"
    return replaced
