"""Certificates are made for proven names of open communes only, found by an index, and for nobody when in doubt."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.db import connection

from infra.bench.ask import measure_ask
from tenants.communes.domains.certificates import QUESTION, may_have_certificate
from tenants.communes.models import Commune, CommuneState, Domain, DomainState
from tenants.communes.scope import owner_scope, public_scope
from tests.conftest import copy_database, database_url
from tests.servers.platform import ask, platform_environ, program
from tests.servers.running import wait_until
from tests.settings import APP_LOGIN, TEST_DATA

OWN = "www.wurzen.example"
S = DomainState


@pytest.mark.parametrize("state", S.values)
@pytest.mark.parametrize("commune_state", CommuneState.values)
def test_only_proven_names_of_open_communes(db: None, wurzen_row: Any, state: str, commune_state: str) -> None:
    Domain.objects.create(tenant=wurzen_row, domain=OWN, state=state, proof="dns", is_primary=False)
    Commune.objects.filter(pk=wurzen_row.pk).update(state=commune_state)
    expected = state in ("verified", "active") and commune_state in ("onboarding", "live")
    assert may_have_certificate(OWN) is expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("gera.localhost", True),
        ("GERA.localhost.", True),
        ("localhost", True),
        ("console.localhost", True),
        ("nobody.localhost", False),
        ("", False),
        (".", False),
        ("gera.localhost\0", False),
        ("gera.localhost' OR true --", False),
        ("göda.de", False),
        ("a" * 5000, False),
    ],
)
def test_names_are_taken_as_they_come(db: None, name: str, expected: bool) -> None:
    assert may_have_certificate(name) is expected


def test_it_is_one_query_by_an_index_however_many_names_there_are(
    gera_row: Any, django_assert_num_queries: Any
) -> None:
    communes = [
        Commune(schema_name=f"many_{n}", slug=f"many-{n}", official_name=f"Many {n}", name=f"Many {n}", state="live")
        for n in range(3000)
    ]
    made = Commune.objects.bulk_create(communes)
    Domain.objects.bulk_create(
        Domain(tenant=commune, domain=f"www{n}.many-{commune.slug}.example", state=state, proof="dns", is_primary=False)
        for commune in made
        for n, state in enumerate((S.ACTIVE, S.PENDING))
    )
    with owner_scope("public"), connection.cursor() as cursor:
        cursor.execute("ANALYZE communes_domain, communes_commune")
    with public_scope(), connection.cursor() as cursor:
        cursor.execute("EXPLAIN " + QUESTION, ["www0.many-many-77.example"])
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "Seq Scan" not in plan, plan
    assert "domain_answers_for_one_commune" in plan, plan
    with public_scope(), django_assert_num_queries(1):
        assert may_have_certificate("www0.many-many-77.example")


@pytest.fixture(scope="module")
def internal(postgres_url: str, migrated_database: str) -> Iterator[tuple[int, str]]:
    """The internal server on a database of its own: its port, and the name of the database."""
    name = f"rp_ask_{uuid.uuid4().hex[:10]}"
    copy_database(postgres_url, migrated_database, name)
    data = TEST_DATA / f"ask-{uuid.uuid4().hex[:8]}"
    data.mkdir(parents=True)
    environ = platform_environ(data=data, database_url=database_url(postgres_url, name, APP_LOGIN))
    with program("internal", "serve-internal", environ=environ, host="localhost") as port:
        yield port, name
    shutil.rmtree(data, ignore_errors=True)
    with psycopg.connect(postgres_url, autocommit=True) as admin:
        admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def test_the_internal_server_says_no_to_strangers_and_to_nonsense(internal: tuple[int, str]) -> None:
    port, _name = internal
    assert ask(port, "/ask?domain=console.localhost")[0] == 200
    for query in ("", "domain=", "domain=www.gera.example", "domain=localhost&domain=localhost", "x" * 5000):
        assert ask(port, f"/ask?{query}")[0] == 404, query
    assert ask(port, "/")[0] == 404
    assert ask(port, "/healthz")[:2] == (200, "ok\n")


def test_it_finds_the_database_again_and_says_no_while_it_is_gone(postgres_url: str, internal: tuple[int, str]) -> None:
    port, name = internal
    question = "/ask?domain=www.gera.example"
    others = f"FROM pg_stat_activity WHERE datname = '{name}'"
    with psycopg.connect(postgres_url, autocommit=True) as admin:
        assert ask(port, question)[0] == 404
        admin.execute(f"SELECT pg_terminate_backend(pid) {others}")
        assert ask(port, question)[0] == 404
        admin.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
        admin.execute(f"SELECT pg_terminate_backend(pid) {others}")
        assert ask(port, question)[:2] == (503, "database out of reach\n")
        assert ask(port, "/ask?domain=console.localhost")[0] == 200
        assert 'rathausplatz_up{part="database"} 0.0' in ask(port, "/metrics")[1]
        admin.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')
        wait_until(lambda: ask(port, question)[0] == 404, what="the database is found again")


def test_the_benchmark_asks_what_it_says(internal: tuple[int, str]) -> None:
    figures = measure_ask(internal[0], ["console.localhost", "www.gera.example"], requests=20)
    assert figures.statuses == {200: 10, 404: 10}
    assert figures.p50 <= figures.p99 <= figures.longest
