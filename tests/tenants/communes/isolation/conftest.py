"""The application's own login, which owns nothing, instead of the owner's."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from infra.embedded.postgres import with_login
from tests.conftest import PASSWORD, use_database
from tests.factories.communes import provision, remove
from tests.settings import APP_LOGIN

SECRET = "Geheimsache-Morgenstern"


@pytest.fixture
def app_url(fresh_database: str) -> str:
    """Where web server and workers log in."""
    return with_login(fresh_database, APP_LOGIN, PASSWORD)


@pytest.fixture
def as_app(committing: None, fresh_database: str, app_url: str) -> Iterator[str]:
    """Django logs in as web server and workers do, in this thread and in new ones."""
    from django.db import connections

    use_database(app_url)
    yield app_url
    connections["default"].close()
    use_database(fresh_database)


@pytest.fixture
def superuser(postgres_url: str, fresh_database: str) -> Iterator[psycopg.Connection]:
    """The administrator, who sees everything: for showing that there is something to protect."""
    name = psycopg.conninfo.conninfo_to_dict(fresh_database)["dbname"]
    parts = psycopg.conninfo.conninfo_to_dict(postgres_url) | {"dbname": name}
    with psycopg.connect(psycopg.conninfo.make_conninfo(**parts), autocommit=True) as connection:
        yield connection


@pytest.fixture
def secret_of_wurzen(as_app: str) -> Iterator[str]:
    """A person in Wurzen with a name that nobody else may see; committed, and gone afterwards."""
    from tenants.accounts.models import User
    from tenants.communes.queries import find_commune
    from tenants.communes.scope import commune_scope

    wurzen = find_commune("wurzen").ref()
    with commune_scope(wurzen):
        user = User.objects.create_user("geheim@wurzen.example", name=SECRET)
    yield SECRET
    with commune_scope(wurzen):
        user.delete()


@pytest.fixture
def eight_communes(committing: None) -> Iterator[list[Any]]:
    """Eight communes, each with a person of its own; gone afterwards."""
    from tenants.accounts.models import User
    from tenants.communes.queries import find_commune
    from tenants.communes.scope import commune_scope

    made = [provision(f"Probedorf {number}") for number in range(8)]
    refs = [find_commune(commune.schema_name).ref() for commune in made]
    for ref in refs:
        with commune_scope(ref):
            User.objects.create_user(f"person@{ref.schema}.example", name=ref.schema)
    yield refs
    for commune in made:
        remove(commune)
