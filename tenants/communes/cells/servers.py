"""Administrators' connections to the PostgreSQL servers of the cells, for preparing cells and moving communes.

Their addresses are read from the environment when they are used, so that no web process ever holds them: a slot and a
subscription need a superuser (PostgreSQL 16 and later: `pg_create_subscription` and REPLICATION), see
docs/how-to/add-a-cell.md.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from django.conf import settings
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from tenants.communes.isolation.database import Login, alone_on_server
from tenants.communes.roles import owner_role, quoted, replication_login
from tenants.communes.scope import MAIN

Admin = psycopg.Connection[tuple[object, ...]]
# texts must read the same on both servers, whatever they are configured to
_SESSION = (
    "-c datestyle=ISO -c intervalstyle=postgres -c timezone=UTC -c extra_float_digits=1 -c bytea_output=hex"
    " -c statement_timeout=0 -c idle_in_transaction_session_timeout=0 -c synchronous_commit=on"
    " -c search_path=pg_catalog"
)


class CellError(Exception):
    """A cell can't do what is wanted of it; the text says what to do."""


def _named(variable: str) -> dict[str, str]:
    return dict(entry.split("=", 1) for entry in os.environ.get(variable, "").split())


def admin_url(cell: str) -> str:
    """The address of a cell's database for its administrator. Raises CellError when the environment has none."""
    if cell == MAIN:
        variable, url = "DATABASE_ADMIN_URL", os.environ.get("DATABASE_ADMIN_URL")
    else:
        variable, url = f"CELL_ADMIN_URLS ({cell}=postgresql://…)", _named("CELL_ADMIN_URLS").get(cell)
    if not url:
        raise CellError(f"Set {variable} to a superuser's address of the database of the cell {cell!r}.")
    return url


def replication_url(cell: str) -> str:
    """How another cell's server reaches this one: given, or the administrator's address with the replication login."""
    given = _named("CELL_REPLICATION_URLS").get(cell)
    if given:
        return make_conninfo(given)
    parts = conninfo_to_dict(admin_url(cell)) | {"user": replication_login(), "password": _password() or None}
    return make_conninfo("", **{key: value for key, value in parts.items() if value is not None})


def _password() -> str:
    return os.environ.get("DATABASE_REPLICATION_PASSWORD", "")


@contextmanager
def administering(cell: str) -> Iterator[Admin]:
    """A connection of a cell's administrator, each statement on its own. Raises CellError when there is none."""
    url = admin_url(cell)
    options = f"{conninfo_to_dict(url).get('options') or ''} {_SESSION}".strip()
    try:
        admin = psycopg.connect(url, autocommit=True, options=options, prepare_threshold=None)
    except psycopg.OperationalError as error:
        raise CellError(f"The administrator can't reach the PostgreSQL of the cell {cell!r}: {error}") from error
    with admin:
        yield admin


@contextmanager
def owning(cell: str) -> Iterator[Admin]:
    """A connection of our own login to a cell as the owner of its schemas; the administrator is not needed for that."""
    url = settings.DATABASE_DIRECT_URL if cell == MAIN else settings.CELLS[cell]
    options = f"{conninfo_to_dict(url).get('options') or ''} {_SESSION}".strip()
    with psycopg.connect(url, autocommit=True, options=options, prepare_threshold=None) as owner:
        owner.execute(f"SET ROLE {quoted(owner_role())}")  # type: ignore[arg-type]
        yield owner


def run(admin: Admin, statement: str, *names: str, **parts: sql.Composable) -> None:
    """Execute a statement with quoted names in place of `{}`."""
    admin.execute(sql.SQL(statement).format(*map(sql.Identifier, names), **parts))  # type: ignore[arg-type]


def value(admin: Admin, question: str, *subjects: object) -> object:
    """The first column of the first row, None without a row."""
    row = admin.execute(question, subjects or None).fetchone()  # type: ignore[arg-type]
    return row[0] if row else None


def require_publisher(admin: Admin, cell: str) -> None:
    """Raise CellError unless the server keeps what logical replication needs."""
    level = value(admin, "SHOW wal_level")
    if level != "logical":
        raise CellError(
            f"The PostgreSQL of the cell {cell!r} runs with wal_level={level}. Set wal_level = logical in its "
            "configuration and restart it: what changes there can't reach another server otherwise."
        )


def make_replication_login(admin: Admin) -> None:
    """The login of other cells' servers: it may connect and receive changes, and read no table. May run twice."""
    name, password = replication_login(), _password()
    with alone_on_server(admin), admin.transaction():
        if value(admin, "SELECT 1 FROM pg_roles WHERE rolname = %s", name) is None:
            run(admin, "CREATE ROLE {} LOGIN REPLICATION NOINHERIT", name)
        if password:
            run(admin, "ALTER ROLE {} PASSWORD {password}", name, password=sql.Literal(password))
        run(admin, "GRANT CONNECT ON DATABASE {} TO {}", admin.info.dbname, name)
        # PostgreSQL's receiver calls it first thing; nobody else may (docs/explanation/isolation.md)
        run(admin, "GRANT EXECUTE ON FUNCTION pg_catalog.set_config(text, text, boolean) TO {}", name)


def known_logins(app: str, owner: str) -> tuple[Login, Login]:
    """The two logins of the programs, with their passwords from the environment."""
    return (
        Login(app, os.environ.get("DATABASE_APP_PASSWORD", "")),
        Login(owner, os.environ.get("DATABASE_OWNER_PASSWORD", "")),
    )


def slot_prefix() -> str:
    """Slots belong to the whole server: those of this installation begin so."""
    return str(settings.COMMUNE_ROLE_PREFIX).lower()
