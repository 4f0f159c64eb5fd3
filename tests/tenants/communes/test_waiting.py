"""A lost connection costs nobody an error, and nobody waits for a silent database for ever."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.db import OperationalError, connection

from tenants.accounts.models import User
from tenants.communes.backend.base import opening, switch
from tenants.communes.backend.waiting import LEAST_SECONDS, patience
from tenants.communes.models import Commune
from tenants.communes.roles import role_of
from tenants.communes.scope import commune_scope, public_scope
from tests.conftest import database_url

pytestmark = pytest.mark.commits


@pytest.fixture
def admin(postgres_url: str) -> Iterator[psycopg.Connection[Any]]:
    """The administrator, on this test's database."""
    with psycopg.connect(database_url(postgres_url, str(connection.settings_dict["NAME"]), ""), autocommit=True) as one:
        yield one


def backend_pid() -> int:
    connection.ensure_connection()
    return int(connection.connection.info.backend_pid)


def end_quietly(admin: psycopg.Connection[Any]) -> None:
    """End the server process behind our connection and wait until it is gone."""
    pid = backend_pid()
    admin.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])


class _Unseen:
    """As long as it lasts our look at the socket sees nothing: the end comes between the look and the statement."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("tenants.communes.backend.base.was_closed", lambda _wire: False)


@pytest.mark.parametrize("seen", [True, False])
def test_a_transaction_begins_on_a_new_connection_when_the_kept_one_was_ended(
    gera: Any, admin: Any, monkeypatch: pytest.MonkeyPatch, seen: bool
) -> None:
    with commune_scope(gera):
        User.objects.count()
    end_quietly(admin)
    if not seen:
        _Unseen(monkeypatch)
    with commune_scope(gera), connection.cursor() as cursor:
        cursor.execute("SELECT current_schema(), current_user, current_setting('TimeZone')")
        assert cursor.fetchone() == ("gera", role_of("gera"), connection.timezone_name)


@pytest.mark.parametrize("seen", [True, False])
def test_the_platform_s_own_statement_goes_to_a_new_connection_too(
    gera: Any, admin: Any, monkeypatch: pytest.MonkeyPatch, seen: bool
) -> None:
    with public_scope():
        Commune.objects.count()
    end_quietly(admin)
    if not seen:
        _Unseen(monkeypatch)
    with public_scope():
        assert Commune.objects.count() >= 2


@pytest.mark.parametrize("seen", [True, False])
def test_many_rows_as_the_first_statement_go_to_a_new_connection_too(
    gera: Any, admin: Any, monkeypatch: pytest.MonkeyPatch, seen: bool
) -> None:
    with commune_scope(gera):
        User.objects.count()
    end_quietly(admin)
    if not seen:
        _Unseen(monkeypatch)
    with commune_scope(gera), connection.cursor() as cursor:
        cursor.executemany("SELECT %s::int", [[1], [2]])


def test_what_was_begun_is_never_said_twice(gera: Any, admin: Any) -> None:
    def write() -> None:
        with commune_scope(gera):
            User.objects.create(email="zweimal@example.org")
            end_quietly(admin)
            User.objects.count()

    with pytest.raises(OperationalError):
        write()
    connection.close()
    with commune_scope(gera):
        assert not User.objects.filter(email="zweimal@example.org").exists()


def test_a_role_that_may_not_log_in_again_is_an_operational_error(gera: Any, admin: Any) -> None:
    login = connection.settings_dict["USER"]
    with commune_scope(gera):
        User.objects.count()
    admin.execute(f'ALTER ROLE "{login}" CONNECTION LIMIT 0')
    try:
        end_quietly(admin)
        with pytest.raises(OperationalError), commune_scope(gera):
            User.objects.count()
    finally:
        admin.execute(f'ALTER ROLE "{login}" CONNECTION LIMIT -1')
        connection.close()


def test_a_visitor_s_statement_is_ended_by_the_server_and_the_connection_stays(gera: Any) -> None:
    with patience(30.0), commune_scope(gera), connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_setting('statement_timeout'), current_setting('idle_in_transaction_session_timeout')"
        )
        assert cursor.fetchone() == ("8s", "1min")
    with commune_scope(gera), connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('statement_timeout')")
        assert cursor.fetchone() == ("0",), "an archive or a rollout may take its time"


def test_nobody_waits_for_a_silent_database_for_ever(gera: Any) -> None:
    began = time.monotonic()
    with pytest.raises(OperationalError, match="no answer"), patience(0.0), commune_scope(gera):
        connection.cursor().execute("SELECT pg_sleep(30)")
    assert LEAST_SECONDS <= time.monotonic() - began < 20
    connection.close()
    with commune_scope(gera):
        assert User.objects.count() >= 0


def test_every_connection_notices_a_network_that_is_gone(gera: Any) -> None:
    given = connection.get_connection_params()
    assert (given["keepalives_idle"], given["tcp_user_timeout"], given["connect_timeout"]) == (10, 25_000, 5)
    assert settings.DATABASES["default"]["CONN_MAX_AGE"] == 600


def test_a_quoted_name_can_t_leave_its_literal() -> None:
    odd = "tenant1', 'public"
    assert "SELECT '\"tenant1'', ''public\"'::regnamespace" in switch(odd, "rolle", "LOCAL")
    assert opening(odd, "rolle")[-1] == b"SELECT '\"tenant1'', ''public\"'::regnamespace"
