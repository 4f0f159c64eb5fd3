"""A probe in one commune's role, through the application's own login: everything of others is out of reach."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction

from tenants.communes.isolation.sharing import shared_readable
from tenants.communes.queries import find_commune
from tenants.communes.scope import commune_scope, owner_scope

pytestmark = pytest.mark.commits


def tables_of(superuser: psycopg.Connection, schema: str) -> list[str]:
    rows = superuser.execute("SELECT tablename FROM pg_tables WHERE schemaname = %s ORDER BY 1", [schema])
    return [name for (name,) in rows]


def allowed(statement: str) -> bool:
    """Whether PostgreSQL lets the current scope say this; nothing stays."""
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(statement)
            transaction.set_rollback(True)
    except DatabaseError as error:
        if "permission denied" not in str(error):
            raise
        return False
    return True


def column_of(superuser: psycopg.Connection, schema: str, table: str) -> str:
    row = superuser.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_schema = %s AND table_name = %s"
        " AND is_generated = 'NEVER' ORDER BY ordinal_position DESC LIMIT 1",
        [schema, table],
    ).fetchone()
    assert row is not None
    return str(row[0])


def rights_on(superuser: psycopg.Connection, schema: str) -> tuple[set[str], set[str]]:
    """The tables of a schema that the current scope can read, and those it can write in any way."""
    readable, writable = set(), set()
    for table in tables_of(superuser, schema):
        name, column = f'"{schema}"."{table}"', column_of(superuser, schema, table)
        if allowed(f"SELECT * FROM {name} LIMIT 1"):
            readable.add(table)
        if any(
            allowed(statement)
            for statement in (
                f'UPDATE {name} SET "{column}" = DEFAULT WHERE false',
                f"DELETE FROM {name} WHERE false",
                f'INSERT INTO {name} ("{column}") SELECT "{column}" FROM {name} WHERE false',
            )
        ):
            writable.add(table)
    return readable, writable


def test_no_table_of_another_commune_is_readable_or_writable(
    as_app: str, superuser: Any, secret_of_wurzen: str
) -> None:
    found = superuser.execute("SELECT count(*) FROM wurzen.accounts_user WHERE name = %s", [secret_of_wurzen])
    assert found.fetchone() == (1,)
    assert len(tables_of(superuser, "wurzen")) > 60
    with commune_scope(find_commune("gera").ref()):
        assert rights_on(superuser, "wurzen") == (set(), set())


def test_of_the_shared_tables_exactly_the_registered_ones_are_readable_and_none_writable(
    as_app: str, superuser: Any
) -> None:
    with commune_scope(find_commune("gera").ref()):
        assert rights_on(superuser, "public") == (set(shared_readable), set())


def test_of_its_own_tables_a_commune_writes_all_but_the_record_of_migrations(as_app: str, superuser: Any) -> None:
    tables = set(tables_of(superuser, "gera"))
    with commune_scope(find_commune("gera").ref()):
        assert rights_on(superuser, "gera") == (tables, tables - {"django_migrations"})


def test_the_platform_reads_no_commune_and_changes_no_record_of_its_acts(as_app: str, superuser: Any) -> None:
    assert rights_on(superuser, "gera") == (set(), set())
    assert not allowed("UPDATE communes_auditentry SET actor = ''")
    assert not allowed("DELETE FROM communes_auditentry")


def test_the_platform_counts_what_rooms_have_registered_and_nothing_else(as_app: str) -> None:
    assert allowed("SELECT count(submitted_at) FROM gera.cases_case")
    assert not allowed("SELECT max(number) FROM gera.cases_case")


def test_the_login_itself_can_touch_nothing_and_become_no_owner(as_app: str, app_url: str) -> None:
    with psycopg.connect(app_url, autocommit=True) as login:
        for statement in (
            "SELECT * FROM gera.accounts_user",
            "SELECT * FROM public.communes_commune",
            "SELECT * FROM public.communes_domain",
            "CREATE TABLE public.mine (id int)",
            "CREATE TEMP TABLE mine (id int)",
            "CREATE SCHEMA mine",
            "CREATE ROLE mine",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                login.execute(statement)  # type: ignore[arg-type]
        owned = login.execute("SELECT count(*) FROM pg_class WHERE relowner = current_user::regrole").fetchone()
        assert owned == (0,)
    with pytest.raises(DatabaseError, match="permission denied to set role"), owner_scope("gera"), transaction.atomic():
        connection.cursor().execute("SELECT 1")
