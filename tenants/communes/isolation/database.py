"""Preparing a database for isolation, as its administrator: roles, logins, and what is taken from everybody.

Against injected SQL a role holds only if the attacker can't leave it: `set_config` could, and so could a block of
PL/pgSQL. Both are revoked from PUBLIC, which takes a superuser; so are sizes and row counts, which PostgreSQL tells
everybody of every table. Source: docs/explanation/isolation.md.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

import psycopg
from psycopg import sql

from tenants.communes.isolation.figures import figures_open_to_all, revoke_figures
from tenants.communes.roles import communes_role, owner_role, platform_role, reader_role

# functions that change a setting or keep data outside of tables; nothing of ours calls them
FORBIDDEN_FUNCTIONS = (
    "set_config(text, text, boolean)",
    "lo_create(oid)",
    "lo_creat(integer)",
    "lo_from_bytea(oid, bytea)",
    "lo_open(oid, integer)",
    "lo_put(oid, bigint, bytea)",
    "lo_get(oid)",
    "lo_get(oid, bigint, integer)",
    "lo_unlink(oid)",
)
FORBIDDEN_LANGUAGES = ("plpgsql", "sql")
_FOREIGN = """
SELECT n.nspname, c.relname, c.relkind::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'v', 'm') AND n.nspname !~ '^(pg_|information_schema$)' AND c.relowner <> %(owner)s::regrole
"""
# logins that have what a role of ours may without having become it; whoever administers the server may
_INHERITS = """
SELECT DISTINCT l.rolname, r.rolname FROM pg_auth_members m
JOIN pg_roles l ON l.oid = m.member JOIN pg_roles r ON r.oid = m.roleid
WHERE r.rolname = ANY(%s) AND l.rolcanlogin AND NOT l.rolsuper AND l.rolname <> session_user
  AND pg_has_role(l.oid, r.oid, 'USAGE') ORDER BY 1, 2
"""
_FOREIGN_SCHEMAS = """
SELECT nspname FROM pg_namespace WHERE nspname !~ '^(pg_|information_schema$)' AND nspowner <> %s::regrole
"""


@dataclass(frozen=True, slots=True)
class Login:
    """A role that programs log in as. Without a password the server must know it in another way."""

    name: str
    password: str = ""


class PreparationError(Exception):
    """The database can't be prepared; the text says what to do."""


def prepare_database(admin: psycopg.Connection, *, app: Login, owner: Login) -> list[str]:
    """Create roles and logins, make the owner own what is there, and take from PUBLIC what could leave a role.

    `admin` is a connection of a superuser, or of a role that may create roles and owns the database. May run twice and
    from two processes. Returns what could not be done, a sentence each. Raises PreparationError.
    """
    try:
        with alone_on_server(admin), admin.transaction():
            _make_roles(admin)
            for login, duties in ((app, _app_duties()), (owner, [*_app_duties(), owner_role()])):
                _make_login(admin, login, duties)
            _lock_down(admin, [app.name, owner.name])
            _adopt(admin)
    except psycopg.errors.InsufficientPrivilege as error:
        raise PreparationError(
            f"The database can't be prepared by {admin.info.user!r}: {error.diag.message_primary}. Run "
            "`rathausplatz database prepare` with DATABASE_ADMIN_URL leading to a superuser of that server."
        ) from error
    return findings(admin)


@contextmanager
def alone_on_server(admin: psycopg.Connection) -> Iterator[None]:
    """One process at a time makes roles, which belong to the whole server.

    A lock belongs to a database, so all take it in `postgres`; where nobody lets us in there, in the present one.
    """
    place = {"dbname": "postgres", "password": admin.info.password, "autocommit": True}
    with ExitStack() as stack:
        try:
            lock = stack.enter_context(psycopg.connect(admin.info.dsn, **place))  # type: ignore[arg-type]
        except psycopg.OperationalError:
            lock = admin
        lock.execute("SELECT pg_advisory_lock(hashtextextended('rathausplatz.roles', 0))")
        try:
            yield
        finally:
            lock.execute("SELECT pg_advisory_unlock(hashtextextended('rathausplatz.roles', 0))")


def is_prepared(admin: psycopg.Connection, *, app: Login, owner: Login) -> bool:
    """Whether `prepare_database` has nothing left to do that it can do. Reads only."""
    if not all(_exists(admin, name) for name in (owner_role(), platform_role(), communes_role(), app.name, owner.name)):
        return False
    for login, role in ((app, platform_role()), (app, communes_role()), (owner, owner_role())):
        if not _one(admin, "SELECT pg_has_role(%s, %s, 'MEMBER')", login.name, role):
            return False
    adopted = admin.execute(_FOREIGN, {"owner": owner_role()}).fetchone() is None
    return adopted and not (findings(admin) and admin.info.parameter_status("is_superuser") == "on")


def _app_duties() -> list[str]:
    return [platform_role(), communes_role()]


def _run(admin: psycopg.Connection, statement: str, *names: str) -> None:
    admin.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))  # type: ignore[arg-type]


def _exists(admin: psycopg.Connection, role: str) -> bool:
    return admin.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone() is not None


def _make_roles(admin: psycopg.Connection) -> None:
    for role, ability in (
        (owner_role(), "CREATEROLE"),
        (platform_role(), "NOINHERIT"),
        (reader_role(), "NOINHERIT"),
        (communes_role(), "NOINHERIT"),
    ):
        if not _exists(admin, role):
            _run(admin, f"CREATE ROLE {{}} NOLOGIN {ability}", role)
    _run(admin, "GRANT {} TO {} WITH ADMIN OPTION", reader_role(), owner_role())
    # whoever prepares hands over what it owns, and must be able to become the owner for that
    _run(admin, "GRANT {} TO CURRENT_USER", owner_role())


def _make_login(admin: psycopg.Connection, login: Login, duties: list[str]) -> None:
    """Whoever administers and serves under one name, to try things out, keeps what it is."""
    is_admin = login.name == admin.info.user
    if not _exists(admin, login.name):
        _run(admin, "CREATE ROLE {} LOGIN NOINHERIT", login.name)
    elif not is_admin:
        _run(admin, "ALTER ROLE {} NOINHERIT", login.name)
    if login.password:
        statement = sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(login.name), sql.Literal(login.password))
        admin.execute(statement)
    # from PostgreSQL 16 on each membership says for itself whether it inherits
    apart = " WITH INHERIT FALSE" if admin.info.server_version >= 160000 and not is_admin else ""
    for duty in duties:
        _run(admin, f"GRANT {{}} TO {{}}{apart}", duty, login.name)
    _run(admin, "ALTER ROLE {} SET timezone = 'UTC'", login.name)


def _lock_down(admin: psycopg.Connection, logins: list[str]) -> None:
    database = admin.info.dbname
    _run(admin, "REVOKE ALL ON DATABASE {} FROM PUBLIC", database)
    _run(admin, "GRANT CREATE ON DATABASE {} TO {}", database, owner_role())
    for login in logins:
        _run(admin, "GRANT CONNECT ON DATABASE {} TO {}", database, login)
    admin.execute("REVOKE ALL ON SCHEMA public FROM PUBLIC")
    for function in FORBIDDEN_FUNCTIONS:
        admin.execute(f"REVOKE EXECUTE ON FUNCTION pg_catalog.{function} FROM PUBLIC")  # type: ignore[arg-type]
    for language in FORBIDDEN_LANGUAGES:
        _run(admin, "REVOKE USAGE ON LANGUAGE {} FROM PUBLIC", language)
        _run(admin, "GRANT USAGE ON LANGUAGE {} TO {}", language, owner_role())
    revoke_figures(admin)


def _adopt(admin: psycopg.Connection) -> None:
    """Let the owner own the schemas and tables that were made before there was one."""
    for (schema,) in admin.execute(_FOREIGN_SCHEMAS, [owner_role()]).fetchall():
        _run(admin, "ALTER SCHEMA {} OWNER TO {}", schema, owner_role())
    kinds = {"r": "TABLE", "v": "VIEW", "m": "MATERIALIZED VIEW"}
    for schema, name, kind in admin.execute(_FOREIGN, {"owner": owner_role()}).fetchall():
        _run(admin, f"ALTER {kinds[kind]} {{}}.{{}} OWNER TO {{}}", schema, name, owner_role())


def findings(admin: psycopg.Connection) -> list[str]:
    """What PUBLIC and our logins may still do in this database that they must not, a sentence each. Reads only."""
    found = []
    for function in FORBIDDEN_FUNCTIONS:
        if _one(admin, "SELECT has_function_privilege('public', %s, 'EXECUTE')", f"pg_catalog.{function}"):
            found.append(f"Everybody may call {function}: only a superuser can revoke that.")
    for language in FORBIDDEN_LANGUAGES:
        if _one(admin, "SELECT has_language_privilege('public', %s, 'USAGE')", language):
            found.append(f"Everybody may write functions in {language}: only a superuser can revoke that.")
    if _one(admin, "SELECT has_schema_privilege('public', %s, 'CREATE')", "public"):
        found.append("Everybody may create tables in the schema public.")
    if figures := figures_open_to_all(admin):
        found.append(
            f"Everybody may ask for sizes and row counts of all tables ({', '.join(figures[:2])} and others, "
            f"{len(figures)} in all): only a superuser can revoke that."
        )
    roles = [owner_role(), platform_role(), communes_role()]
    for login, role in admin.execute(_INHERITS, [roles]).fetchall():
        found.append(f"{login} inherits what {role} may: `rathausplatz database prepare` with that login ends it.")
    return found


def _one(admin: psycopg.Connection, question: str, *subjects: str) -> bool:
    row = admin.execute(question, subjects).fetchone()  # type: ignore[arg-type]
    return bool(row and row[0])
