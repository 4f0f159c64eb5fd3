"""A probe in one commune's role, through the application's own login: everything of others is out of reach."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from tenants.communes.isolation.probe import is_allowed, probe, reach_of
from tenants.communes.isolation.sharing import shared_readable
from tenants.communes.queries import find_commune
from tenants.communes.scope import commune_scope, owner_scope, public_scope

pytestmark = pytest.mark.commits


def tables_of(superuser: psycopg.Connection, schema: str) -> set[str]:
    rows = superuser.execute("SELECT tablename FROM pg_tables WHERE schemaname = %s", [schema])
    return {name for (name,) in rows}


def test_of_another_commune_nothing_is_in_reach_and_of_the_shared_tables_the_registered_ones(
    as_app: str, superuser: Any, secret_of_wurzen: str
) -> None:
    found = superuser.execute("SELECT count(*) FROM wurzen.accounts_user WHERE name = %s", [secret_of_wurzen])
    assert found.fetchone() == (1,)
    result = probe(*(find_commune(name).ref() for name in ("gera", "wurzen")))
    assert result.other.tables == tables_of(superuser, "wurzen")
    assert len(result.other.tables) > 60
    assert (result.other.readable, result.other.writable) == (set(), set())
    assert result.shared.tables == tables_of(superuser, "public")
    assert (result.shared.readable, result.shared.writable) == (set(shared_readable), set())
    assert result.holds


def test_the_probe_finds_a_wall_that_was_broken_on_purpose(as_app: str, superuser: Any) -> None:
    gera, wurzen = (find_commune(name).ref() for name in ("gera", "wurzen"))
    role = find_commune("gera").role
    superuser.execute(f'GRANT USAGE ON SCHEMA wurzen TO "{role}"')
    superuser.execute(f'GRANT SELECT, DELETE ON wurzen.accounts_user TO "{role}"')
    try:
        result = probe(gera, wurzen)
        assert (result.other.readable, result.other.writable) == ({"accounts_user"}, {"accounts_user"})
        with pytest.raises(CommandError, match=r"wurzen\.accounts_user"):
            call_command("database", "probe", "gera", "wurzen")
    finally:
        superuser.execute(f'REVOKE ALL ON wurzen.accounts_user FROM "{role}"')
        superuser.execute(f'REVOKE ALL ON SCHEMA wurzen FROM "{role}"')


def test_of_its_own_tables_a_commune_writes_all_but_the_record_of_migrations(as_app: str, superuser: Any) -> None:
    tables = tables_of(superuser, "gera")
    with commune_scope(find_commune("gera").ref()):
        reach = reach_of("gera")
    assert (reach.readable, reach.writable) == (tables, tables - {"django_migrations"})


def test_the_platform_reads_no_commune_and_changes_no_record_of_its_acts(as_app: str) -> None:
    with public_scope(), transaction.atomic():
        reach = reach_of("gera")
        assert (reach.readable, reach.writable) == (set(), set())
        assert not is_allowed("UPDATE communes_auditentry SET actor = ''")
        assert not is_allowed("DELETE FROM communes_auditentry")


def test_the_platform_counts_what_rooms_have_registered_and_nothing_else(as_app: str) -> None:
    with public_scope():
        assert is_allowed("SELECT count(submitted_at) FROM gera.cases_case")
        assert not is_allowed("SELECT max(number) FROM gera.cases_case")


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
