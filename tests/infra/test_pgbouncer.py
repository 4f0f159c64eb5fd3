"""The PgBouncer that we ship the configuration of starts, and shares connections by transaction."""

from __future__ import annotations

import psycopg
import pytest

from tests.servers.pgbouncer import pgbouncer


def test_it_starts_with_the_shipped_configuration_and_shares_one_connection(postgres_url: str) -> None:
    with (
        pgbouncer(postgres_url, ["postgres"], pool_size=1) as url,
        psycopg.connect(url, prepare_threshold=None, autocommit=True) as first,
        psycopg.connect(url, prepare_threshold=None, autocommit=True) as second,
    ):
        backends = [client.execute("SELECT pg_backend_pid()").fetchone() for client in (first, second, first)]
    assert len(set(backends)) == 1


def test_it_lets_nobody_in_who_is_not_listed(postgres_url: str) -> None:
    with (
        pgbouncer(postgres_url, ["postgres"]) as url,
        pytest.raises(psycopg.OperationalError, match="SASL authentication failed"),
    ):
        psycopg.connect(url.replace("not-a-secret", "a-guess"))
