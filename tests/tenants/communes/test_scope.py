"""The scope chooses schema and role, in a transaction or not at all."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import DatabaseError, close_old_connections, connection, transaction

from tenants.accounts.models import User
from tenants.communes.models import Commune
from tenants.communes.roles import role_of
from tenants.communes.scope import (
    Duty,
    OutsideTransactionError,
    Scope,
    _scope,
    commune_scope,
    current_commune,
    public_scope,
)


def where_am_i() -> tuple[str, str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_schema(), current_user")
        return cursor.fetchone()


def test_a_scope_sets_schema_and_role_and_restores_them(gera: Any, wurzen: Any) -> None:
    login = where_am_i()
    with commune_scope(gera):
        assert where_am_i() == ("gera", role_of("gera"))
        with commune_scope(wurzen):
            assert where_am_i() == ("wurzen", role_of("wurzen"))
        assert where_am_i() == ("gera", role_of("gera"))
        with public_scope():
            assert where_am_i() == login
        assert where_am_i() == ("gera", role_of("gera"))
    assert where_am_i() == login
    assert current_commune() is None


def test_a_savepoint_rollback_keeps_the_scope(gera: Any, wurzen: Any) -> None:
    with commune_scope(gera):
        with pytest.raises(DatabaseError), commune_scope(wurzen):
            connection.cursor().execute("SELECT 1/0")
        assert where_am_i() == ("gera", role_of("gera"))


@pytest.mark.commits
def test_a_statement_outside_a_transaction_is_refused(gera: Any) -> None:
    token = _scope.set(Scope(gera.schema, Duty.COMMUNE, gera))
    try:
        with pytest.raises(OutsideTransactionError):
            User.objects.count()
    finally:
        _scope.reset(token)


def test_a_commune_cannot_read_another(gera: Any, wurzen: Any) -> None:
    with commune_scope(wurzen):
        User.objects.create_user("secret@wurzen.example", name="Geheim")
    with commune_scope(gera):
        assert User.objects.count() == 0
        with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
            connection.cursor().execute("SELECT * FROM wurzen.accounts_user")


def test_a_commune_cannot_touch_the_shared_tenant_tables(gera: Any) -> None:
    with commune_scope(gera):
        with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
            Commune.objects.count()
        with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
            connection.cursor().execute("DELETE FROM public.communes_domain")


def test_a_missing_schema_raises_and_never_falls_back(gera: Any) -> None:
    from dataclasses import replace

    with pytest.raises(DatabaseError, match="does not exist"), commune_scope(replace(gera, schema="nowhere")):
        User.objects.count()


@pytest.mark.commits
def test_a_connection_that_has_seen_many_communes_is_renewed_between_requests(
    gera: Any, wurzen: Any, settings: Any
) -> None:
    def backend() -> int:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            return int(cursor.fetchone()[0])

    settings.SCHEMAS_A_CONNECTION = 2
    connection.close()
    with commune_scope(gera):
        first = backend()
    close_old_connections()
    with commune_scope(wurzen):
        assert backend() == first  # gera and wurzen: two
    with public_scope():
        assert backend() == first  # a third; but nothing is closed in the middle
    close_old_connections()
    assert backend() != first
