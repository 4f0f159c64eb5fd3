"""A web server of the real kind, on a database that a test can stop."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from tests.conftest import database_url
from tests.servers.platform import platform_environ, program
from tests.servers.stoppable_postgres import StoppablePostgres, stoppable_postgres
from tests.settings import APP_LOGIN, TEST_DATA

HOST, OTHER = "gera.localhost", "wurzen.localhost"


@pytest.fixture(scope="package")
def postgres(postgres_url: str, fresh_database: str, django_db_setup: None) -> Iterator[StoppablePostgres]:
    """A server of our own with this run's communes in it."""
    name = str(psycopg.conninfo.conninfo_to_dict(fresh_database)["dbname"])
    with stoppable_postgres() as server:
        server.copy_from(postgres_url, name)
        server.database = name
        yield server


@contextmanager
def web_server(postgres: StoppablePostgres, *arguments: str, **environ: str) -> Iterator[int]:
    """One process of the web server on that database; yields its port."""
    data = TEST_DATA / f"front-{uuid.uuid4().hex[:8]}"
    data.mkdir(parents=True)
    url = database_url(postgres.url, postgres.database, APP_LOGIN)
    settings = platform_environ(data=data, database_url=url, **environ)
    try:
        with program("web", "serve", "--workers", "1", *arguments, environ=settings, host=HOST) as port:
            yield port
    finally:
        shutil.rmtree(data, ignore_errors=True)


@pytest.fixture(scope="package")
def web(postgres: StoppablePostgres) -> Iterator[int]:
    """The port of a web server that several tests share; each leaves it as it was."""
    with web_server(postgres) as port:
        yield port


def log_of(data: Path) -> str:
    """What a web server said."""
    return (data / "web.log").read_text()
