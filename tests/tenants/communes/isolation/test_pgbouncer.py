"""Through the real PgBouncer in transaction mode: many visitors of many communes share three connections."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection

from tenants.accounts.models import User
from tenants.communes.backend.waiting import patience
from tenants.communes.scope import commune_scope
from tests.conftest import PASSWORD, use_database
from tests.servers.pgbouncer import pgbouncer
from tests.settings import APP_LOGIN

pytestmark = pytest.mark.commits
THREADS, REQUESTS, POOL = 10, 150, 3


@pytest.fixture
def through_a_pool(eight_communes: list[Any], as_app: str, fresh_database: str) -> Iterator[list[Any]]:
    """Django's connections lead through PgBouncer with three connections to the server."""
    with pgbouncer(as_app, [APP_LOGIN], pool_size=POOL, password=PASSWORD) as url:
        use_database(url)
        yield eight_communes
        connection.close()
    use_database(fresh_database)


def test_nobody_is_served_another_commune_s_rows(through_a_pool: list[Any]) -> None:
    wrong: list[tuple[str, list[str]]] = []
    errors: list[Exception] = []
    backends: set[int] = set()
    start = threading.Barrier(THREADS)

    def visit(thread: int) -> None:
        start.wait()
        for number in range(REQUESTS):
            commune = through_a_pool[(thread * 3 + number) % len(through_a_pool)]
            try:
                with commune_scope(commune):
                    names = list(User.objects.values_list("name", flat=True))
                    with connection.cursor() as cursor:
                        cursor.execute("SELECT pg_backend_pid()")
                        backends.add(cursor.fetchone()[0])
                if names != [commune.schema]:
                    wrong.append((commune.schema, names))
            except Exception as error:  # noqa: BLE001 -- counted below
                errors.append(error)
        connection.close()

    threads = [threading.Thread(target=visit, args=[number]) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (wrong, errors) == ([], [])
    assert 1 <= len(backends) <= POOL


def test_a_visitor_s_limits_end_with_the_transaction(through_a_pool: list[Any]) -> None:
    def limit() -> str:
        with commune_scope(through_a_pool[0]), connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('statement_timeout')")
            return str(cursor.fetchone()[0])

    with patience(8.0):
        assert {limit() for _ in range(2 * POOL)} == {"8s"}
    assert {limit() for _ in range(2 * POOL)} == {"0"}
