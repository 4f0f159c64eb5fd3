"""Each process has the login its work needs: who serves can't own, and who may not own is told so at once."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.core.management import CommandError, call_command

from infra.embedded.postgres import with_login
from tenants.communes.isolation.logins import refuse_powerful_login, require_owners_login
from tenants.communes.models import Commune
from tests.conftest import PASSWORD, use_database
from tests.servers.running import free_port

pytestmark = pytest.mark.commits
OWNERS_WORK = [
    ["commune", "create", "--name", "Zu früh"],
    ["commune", "export", "wurzen"],
    ["commune", "import", "nothing.zip"],
    ["commune", "archive", "wurzen", "--reason", "leaves"],
    ["commune", "delete", "wurzen", "--reason", "leaves", "--confirm", "Wurzen"],
    ["commune", "move", "wurzen", "--to", "east"],
    ["fleet", "migrate"],
    ["fleet", "migrate", "--dry-run"],
    ["fleet", "status"],
    ["fleet", "verify"],
    ["fleet", "run", "check"],
    ["migrate"],
    ["worker", "--owner"],
]


def test_a_server_refuses_to_start_as_somebody_who_could_own_the_communes(
    as_app: str, fresh_database: str, settings: Any
) -> None:
    refuse_powerful_login()
    use_database(fresh_database)
    assert not settings.DEMO
    for words in (["serve", "--port", str(free_port())], ["worker"]):
        with pytest.raises(CommandError, match="database prepare"):
            call_command(*words)


@pytest.mark.parametrize("words", OWNERS_WORK, ids=" ".join)
def test_work_on_schemas_is_refused_before_it_begins_to_whoever_may_not_own_them(as_app: str, words: list[str]) -> None:
    before = list(Commune.objects.order_by("pk").values_list("official_name", "state"))
    with pytest.raises(CommandError, match=r"may not make or change schemas\. Let DATABASE_URL log in as"):
        call_command(*words)
    assert list(Commune.objects.order_by("pk").values_list("official_name", "state")) == before


def test_the_owner_s_login_may_do_the_owner_s_work(committing: None) -> None:
    require_owners_login()


def test_a_server_says_that_its_database_was_not_prepared(committing: None, settings: Any) -> None:
    settings.ROLE_PREFIX = "rp_nobody_made"
    for words in (["serve", "--port", str(free_port())], ["worker"], ["worker", "--owner"]):
        with pytest.raises(CommandError, match=r"was not prepared\. First run `rathausplatz database prepare`"):
            call_command(*words)


@pytest.fixture
def stranger(superuser: psycopg.Connection, committing: None, fresh_database: str) -> Iterator[str]:
    """A login of the server's that is none of ours, and what Django logs in as."""
    name = f"rp_stranger_{uuid.uuid4().hex[:8]}"
    superuser.execute(f"CREATE ROLE {name} LOGIN PASSWORD '{PASSWORD}'")
    superuser.execute(f'GRANT CONNECT ON DATABASE "{superuser.info.dbname}" TO {name}')
    use_database(with_login(fresh_database, name, PASSWORD))
    yield name
    use_database(fresh_database)
    superuser.execute(f'REVOKE ALL ON DATABASE "{superuser.info.dbname}" FROM {name}')
    superuser.execute(f"DROP ROLE {name}")


def test_a_server_says_that_its_login_is_none_of_ours(stranger: str) -> None:
    for words in (["serve", "--port", str(free_port())], ["worker"], ["worker", "--owner"]):
        with pytest.raises(CommandError, match=f"{stranger}' may not become .* `rathausplatz database prepare` makes"):
            call_command(*words)
