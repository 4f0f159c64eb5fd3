"""Preparing a database ends what its logins and PUBLIC could do, and finds what is left of it."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from psycopg import sql

from tenants.communes.isolation.database import Login, findings, prepare_database
from tenants.communes.roles import communes_role, owner_role, platform_role, reader_role
from tests.conftest import database_url


@pytest.fixture
def admin(postgres_url: str, settings: Any) -> Iterator[psycopg.Connection]:
    """The superuser of an empty database with roles of its own; both gone afterwards."""
    settings.ROLE_PREFIX = f"rp_{uuid.uuid4().hex[:8]}"
    with psycopg.connect(postgres_url, autocommit=True) as server:
        name = sql.Identifier(f"{settings.ROLE_PREFIX}_unprepared")
        server.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8'").format(name))
        with psycopg.connect(
            database_url(postgres_url, f"{settings.ROLE_PREFIX}_unprepared", ""), autocommit=True
        ) as it:
            yield it
        server.execute(sql.SQL("DROP DATABASE {}").format(name))
        for role in (*logins(), owner_role(), platform_role(), communes_role(), reader_role()):
            server.execute(sql.SQL("DROP ROLE IF EXISTS {}").format(sql.Identifier(role)))


def logins() -> tuple[str, str]:
    """The names of this test's logins: the application's and the owner's."""
    return owner_role().replace("_owner", "_serving"), owner_role().replace("_owner", "_owning")


def prepare(admin: psycopg.Connection) -> list[str]:
    app, owner = (Login(name) for name in logins())
    return prepare_database(admin, app=app, owner=owner)


def inherited(admin: psycopg.Connection) -> bool:
    """Whether a login has a right of a role that it has not become."""
    asked = [admin.execute("SELECT pg_has_role(%s, %s, 'USAGE')", [n, platform_role()]).fetchone() for n in logins()]
    return asked != [(False,), (False,)]


def test_a_login_that_was_there_before_inherits_nothing_either(admin: psycopg.Connection) -> None:
    for name in logins():
        admin.execute(sql.SQL("CREATE ROLE {} LOGIN INHERIT").format(sql.Identifier(name)))
    assert prepare(admin) == []
    assert not inherited(admin)


def test_a_login_that_inherits_is_found_and_preparing_again_ends_it(admin: psycopg.Connection) -> None:
    assert prepare(admin) == []
    app, _owner = map(sql.Identifier, logins())
    admin.execute(sql.SQL("ALTER ROLE {} INHERIT").format(app))
    if admin.info.server_version >= 160000:
        admin.execute(sql.SQL("GRANT {} TO {} WITH INHERIT TRUE").format(sql.Identifier(platform_role()), app))
    assert inherited(admin)
    assert any(f"{logins()[0]} inherits what {platform_role()} may" in sentence for sentence in findings(admin))
    assert prepare(admin) == []
    assert not inherited(admin)


def test_figures_of_tables_that_everybody_may_ask_for_are_found(admin: psycopg.Connection) -> None:
    assert any("pg_total_relation_size" in sentence or "sizes" in sentence for sentence in findings(admin))
    assert prepare(admin) == []
    admin.execute("GRANT SELECT ON pg_stat_all_tables TO PUBLIC")
    assert [sentence for sentence in findings(admin) if "pg_stat_all_tables" in sentence]
    assert prepare(admin) == []
    watching = admin.execute("SELECT has_table_privilege('pg_monitor', 'pg_stat_all_tables', 'SELECT')").fetchone()
    assert watching == (True,)
