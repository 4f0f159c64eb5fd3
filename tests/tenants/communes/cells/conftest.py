"""A second PostgreSQL server, added as the cell `east`; both servers are real and replicate."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from infra.embedded.postgres import start_server
from tests.conftest import PASSWORD, database_url
from tests.factories.communes import provision, remove
from tests.settings import APP_LOGIN, COMMUNE_ROLE_PREFIX, OWNER_LOGIN, TEST_DATA

EAST = "east"


@pytest.fixture(scope="session")
def second_server() -> str:
    """The maintenance URL of a second running PostgreSQL: TEST_CELL_DATABASE_URL or an embedded one."""
    if os.environ.get("TEST_CELL_DATABASE_URL"):
        return os.environ["TEST_CELL_DATABASE_URL"]
    return start_server(TEST_DATA / "postgres-east", durable=False, replicated=True).admin_url


@pytest.fixture(scope="session")
def east_database(second_server: str) -> Iterator[str]:
    """An empty database of this run's own on the second server, for its administrator."""
    name = f"rp_east_{uuid.uuid4().hex[:10]}"
    with psycopg.connect(second_server, autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE \"{name}\" TEMPLATE template0 ENCODING 'UTF8'")
    yield database_url(second_server, name, login="")
    with psycopg.connect(second_server, autocommit=True) as admin:
        admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
        prefix = COMMUNE_ROLE_PREFIX.replace("_", r"\_") + "%"
        for (role,) in admin.execute("SELECT rolname FROM pg_roles WHERE rolname LIKE %s", [prefix]).fetchall():
            admin.execute(f'DROP ROLE "{role}"')


@pytest.fixture(scope="module")
def admin_addresses(postgres_url: str, fresh_database: str, east_database: str) -> Iterator[dict[str, str]]:
    """The administrators' addresses of both databases, in the environment as the commands read it."""
    name = str(psycopg.conninfo.conninfo_to_dict(fresh_database)["dbname"])
    urls = {"main": database_url(postgres_url, name, login=""), EAST: east_database}
    with psycopg.connect(urls["main"]) as admin:
        level = admin.execute("SHOW wal_level").fetchone()
    assert level == ("logical",), (
        "Cells need a server with wal_level = logical: set it at TEST_DATABASE_URL's, or unset."
    )
    given = {
        "DATABASE_ADMIN_URL": urls["main"],
        "CELL_ADMIN_URLS": f"{EAST}={as_url(urls[EAST])}",
        **{f"DATABASE_{who}_PASSWORD": PASSWORD for who in ("APP", "OWNER", "REPLICATION")},
    }
    os.environ.update(given)
    yield urls
    for variable in given:
        del os.environ[variable]


def as_url(conninfo: str) -> str:
    """A connection string without spaces, as CELL_URLS wants it."""
    part = psycopg.conninfo.conninfo_to_dict(conninfo)
    return f"postgresql://{part['user']}@/{part['dbname']}?host={part['host']}&port={part.get('port', 5432)}"


@pytest.fixture(scope="module")
def east_address(django_db_setup: None, admin_addresses: dict[str, str]) -> Iterator[str]:
    """Django knows the cell's address, as the owner's worker does."""
    from django.conf import settings
    from django.db import connections
    from rathausplatz.settings.database import connection_settings

    url = database_url(admin_addresses[EAST], _name(admin_addresses[EAST]), OWNER_LOGIN)
    settings.CELLS[EAST] = url
    connections.settings[f"cell_{EAST}"] = connection_settings(url)
    connections.configure_settings(connections.settings)
    yield url
    del settings.CELLS[EAST], connections.settings[f"cell_{EAST}"]


def _name(url: str) -> str:
    return str(psycopg.conninfo.conninfo_to_dict(url)["dbname"])


@pytest.fixture(scope="module")
def added_cell(east_address: str, django_db_blocker: Any) -> Iterator[str]:
    """The cell `east`, added by the command; given up afterwards, so that other tests have one PostgreSQL."""
    from django.core.management import call_command
    from django.db import connections

    from tenants.communes.cells.adding import shared_stream
    from tenants.communes.cells.streams import end_stream
    from tenants.communes.models import Cell

    with django_db_blocker.unblock():
        call_command("cell", "add", EAST, "--app-login", APP_LOGIN, "--owner-login", OWNER_LOGIN)
        connections.close_all()
    yield EAST
    with django_db_blocker.unblock():
        end_stream(shared_stream(EAST))
        Cell.objects.all().delete()
        connections.close_all()


@pytest.fixture
def east(added_cell: str, committing: None) -> Iterator[str]:
    """The cell `east`; what a test commits stays, so it cleans up after itself."""
    from django.db import connections

    yield added_cell
    connections.close_all()


@pytest.fixture
def jena(east: str) -> Iterator[Any]:
    """The commune Jena, made in the cell `east`."""
    from tenants.communes.queries import find_commune

    commune = provision("Jena, Stadt", slug="jena", postcode="07743", cell=east)
    yield find_commune("jena").ref()
    remove(commune)


@pytest.fixture
def east_admin(admin_addresses: dict[str, str]) -> Iterator[psycopg.Connection]:
    """The second server's administrator, who sees everything there."""
    with psycopg.connect(admin_addresses[EAST], autocommit=True) as connection:
        yield connection


@pytest.fixture
def main_admin(admin_addresses: dict[str, str]) -> Iterator[psycopg.Connection]:
    """The main server's administrator, who sees everything there."""
    with psycopg.connect(admin_addresses["main"], autocommit=True) as connection:
        yield connection
