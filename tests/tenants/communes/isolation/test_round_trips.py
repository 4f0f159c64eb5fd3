"""The switch of role and path costs no round trip of its own, and an error in it or behind it is told as ever."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from django.db import DatabaseError, OperationalError, connection, transaction

from infra.bench.wire import round_trips
from tenants.accounts.models import User
from tenants.communes.roles import role_of
from tenants.communes.scope import commune_scope, public_scope

pytestmark = pytest.mark.commits


def where_am_i() -> Any:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_schema(), current_user")
        return cursor.fetchone()


def test_a_transaction_of_one_statement_is_two_round_trips(gera: Any) -> None:
    def count() -> None:
        with commune_scope(gera):
            User.objects.count()

    assert round_trips(count) == 2


def test_what_opens_the_transaction_is_counted_where_queries_are(gera: Any, django_assert_num_queries: Any) -> None:
    # Django notes a BEGIN of its own that nobody sends
    with django_assert_num_queries(5) as queries, commune_scope(gera):
        where_am_i()
        where_am_i()
    assert [query["sql"].partition(" ")[0] for query in queries.captured_queries] == [
        "BEGIN",
        "BEGIN;",
        "SELECT",
        "SELECT",
        "COMMIT",
    ]


def test_a_first_statement_that_fails_leaves_the_connection_usable(gera: Any) -> None:
    for _turn in range(2):
        with pytest.raises(DatabaseError, match="division by zero"), commune_scope(gera):
            connection.cursor().execute("SELECT 1/0")
        with commune_scope(gera):
            assert where_am_i() == ("gera", role_of("gera"))


def test_a_schema_that_is_missing_is_told_and_the_statement_not_run(gera: Any) -> None:
    with pytest.raises(DatabaseError, match="does not exist"), commune_scope(replace(gera, schema="nirgends")):
        where_am_i()
    with commune_scope(gera):
        assert where_am_i() == ("gera", role_of("gera"))


def test_many_rows_in_one_call_and_parameters_that_fit_nothing(gera: Any) -> None:
    with commune_scope(gera), connection.cursor() as cursor:
        with pytest.raises(DatabaseError):
            cursor.execute("SELECT %s::int", [object()])
        assert where_am_i() == ("gera", role_of("gera"))
    with commune_scope(gera):
        with connection.cursor() as cursor:
            cursor.executemany("INSERT INTO django_session VALUES (%s, %s, now())", [["first", "-"], ["second", "-"]])
            cursor.execute("SELECT count(*) FROM django_session WHERE session_key IN ('first', 'second')")
            assert cursor.fetchone() == (2,)
        transaction.set_rollback(True)


def test_another_scope_inside_is_switched_to_on_the_way(gera: Any, wurzen: Any) -> None:
    with commune_scope(gera):
        with commune_scope(wurzen):
            assert where_am_i() == ("wurzen", role_of("wurzen"))
        with public_scope():
            assert where_am_i()[0] == "public"
        assert where_am_i() == ("gera", role_of("gera"))


def test_a_connection_that_is_lost_within_a_transaction_is_told_as_an_error(gera: Any) -> None:
    import psycopg
    from django.conf import settings

    def lose() -> None:
        with commune_scope(gera), connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            (pid,) = cursor.fetchone()
            with psycopg.connect(settings.DATABASE_URL, autocommit=True) as other:
                other.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
            where_am_i()

    with pytest.raises(OperationalError):
        lose()
    with commune_scope(gera):
        assert where_am_i() == ("gera", role_of("gera"))
