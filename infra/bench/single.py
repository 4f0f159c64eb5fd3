"""The same page in a portal and in plain single-tenant Wagtail: same code, templates and rows, other backend."""

from __future__ import annotations

import os

import psycopg
from psycopg import sql

from infra.bench.fleet import Fleet
from infra.bench.report import median, milliseconds, percentile, print_table
from infra.bench.single_site import SCHEMA
from infra.bench.visitor import Visitor, interleaved
from infra.embedded.postgres import APP_LOGIN, DATABASE_NAME, with_login

DATABASE = "single"
HOST = "gera.localhost"
PAGES = {"home": "/", "service": "/anliegen/bewohnerparkausweis/"}
ROUNDS, TIMES = 40, 20
# with few communes it is a look, not the measurement
FEW, FEW_ROUNDS = 100, 8
_TABLES = """
SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'r' AND n.nspname IN (%s, 'public')
"""
_OTHERS = "SELECT nspname FROM pg_namespace WHERE nspname !~ '^(pg_|information_schema$|public$)'"


def make_database() -> None:
    """Copy the database while there are few communes, and let one commune's tables be the only ones, in `public`.

    Where both have a table (people, sessions, migrations), the commune's stays. Closes Django's connection.
    """
    from django.db import connections

    connections.close_all()
    with psycopg.connect(os.environ["DATABASE_ADMIN_URL"], dbname="postgres", autocommit=True) as admin:
        admin.execute(_named("DROP DATABASE IF EXISTS {}", DATABASE))
        admin.execute(_named("CREATE DATABASE {} TEMPLATE {}", DATABASE, DATABASE_NAME))
    with psycopg.connect(url(), autocommit=True) as admin:
        tables = set(admin.execute(_TABLES, [SCHEMA]).fetchall())
        for name in sorted(table for schema, table in tables if schema == SCHEMA):
            if ("public", name) in tables:
                admin.execute(_named("DROP TABLE public.{} CASCADE", name))
            admin.execute(_named("ALTER TABLE {}.{} SET SCHEMA public", SCHEMA, name))
        for (schema,) in admin.execute(_OTHERS).fetchall():
            admin.execute(_named("DROP SCHEMA {} CASCADE", schema))


def url() -> str:
    """Where the copy is, for its administrator: it has no roles to keep apart."""
    return psycopg.conninfo.make_conninfo(os.environ["DATABASE_ADMIN_URL"], dbname=DATABASE)


def _named(statement: str, *names: str) -> sql.Composed:
    return sql.SQL(statement).format(*map(sql.Identifier, names))  # type: ignore[arg-type]


def measure_page(fleet: Fleet) -> None:
    """Measure both by turns, in processes that differ in the backend and the middleware alone."""
    _refresh_statistics()
    portal = with_login(os.environ["DATABASE_ADMIN_URL"], APP_LOGIN)
    visitors = {
        "plain Wagtail": Visitor(HOST, "infra.bench.single_settings", url()),
        "plain Wagtail, ATOMIC_REQUESTS": Visitor(HOST, "infra.bench.single_settings", url(), SINGLE_ATOMIC="1"),
        "portal": Visitor(HOST, "infra.bench.release_settings", portal, **fleet.releases.environ()),
    }
    try:
        rows = [row for page, path in PAGES.items() for row in _rows(page, path, visitors, len(fleet))]
    finally:
        for visitor in visitors.values():
            visitor.end()
    head = ["page", "as", "round trips", "p50", "p95", "of it Python", "to plain", "to plain with a transaction"]
    print_table(f"The same page without the page cache, {fleet.live()} communes beside the portal", head, rows)


def _rows(page: str, path: str, visitors: dict[str, Visitor], communes: int) -> list[list[object]]:
    looks = {name: visitor.look(path) for name, visitor in visitors.items()}
    lengths = [length for _trips, length in looks.values()]
    if max(lengths) - min(lengths) > 0.01 * max(lengths):
        raise SystemExit(f"{path} is not the same page everywhere: {lengths} bytes.")
    visits = interleaved(visitors, path, rounds=ROUNDS if communes >= FEW else FEW_ROUNDS, times=TIMES)
    clocks = {name: [visit.clock for visit in found] for name, found in visits.items()}
    plain, atomic, _portal = (median(times) for times in clocks.values())
    return [
        [
            page,
            name,
            looks[name][0],
            milliseconds(median(times)),
            milliseconds(percentile(times, 0.95)),
            milliseconds(median([visit.cpu for visit in visits[name]])),
            f"{median(times) / plain:.3f} ×",
            f"{median(times) / atomic:.3f} ×",
        ]
        for name, times in clocks.items()
    ]


def _refresh_statistics() -> None:
    """Both databases as a night's vacuum would leave them."""
    with psycopg.connect(url(), autocommit=True) as admin:
        admin.execute("VACUUM ANALYZE")
    with psycopg.connect(os.environ["DATABASE_ADMIN_URL"], autocommit=True) as admin:
        for schema, table in admin.execute(_TABLES, [SCHEMA]).fetchall():
            admin.execute(_named("VACUUM ANALYZE {}.{}", schema, table))
