"""Looking works before a release's shared tables are there, and says in one sentence where it can't."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import psycopg
import pytest

from tenants.communes.scope import PUBLIC_SCHEMA
from tests.conftest import database_url, prepare
from tests.tenants.communes.rollouts.commanding import (
    as_owner,
    failing_fleet_command,
    fleet_command,
    rows_of,
)
from tests.tenants.communes.rollouts.conftest import using_database

BEHIND = "The shared tables are behind"


@pytest.fixture
def before_read_only(fleet: str) -> str:
    """The shared tables as they were before a column came that communes have now; this code is the next release."""
    last = "SELECT max(id) FROM django_migrations WHERE app = 'communes'"
    name = rows_of(PUBLIC_SCHEMA, f"DELETE FROM django_migrations WHERE id = ({last}) RETURNING name")[0][0]
    as_owner(
        PUBLIC_SCHEMA,
        "ALTER TABLE communes_commune DROP COLUMN read_only",
        "ALTER TABLE communes_rollout DROP COLUMN options",
        "ALTER TABLE communes_release DROP COLUMN created_at",
    )
    return f"communes.{name}"


def test_what_the_release_before_had_is_shown(before_read_only: str) -> None:
    said = fleet_command("status")
    assert f"public lacks {before_read_only}" in said
    assert BEHIND in said
    assert [line.split() for line in said.splitlines() if line.startswith("1 ")] == [["1", "6"]]
    said = fleet_command("verify")
    assert BEHIND in said
    assert "Every schema equals the template" in said


def test_a_dry_run_shows_whom_it_is_about(before_read_only: str) -> None:
    as_owner("commune_template", "DELETE FROM django_migrations WHERE app = 'participation'")
    said = fleet_command("migrate", "--dry-run")
    assert f"public lacks {before_read_only}" in said
    rows = [line.split()[1] for line in said.splitlines() if "new release" in line]
    assert rows == ["aue", "brehna", "calau", "doebeln", "egeln", "finsterwalde"]


def test_a_command_in_each_commune_waits_for_the_release(before_read_only: str) -> None:
    assert BEHIND in failing_fleet_command("run", "check")[1]


@pytest.fixture
def empty(postgres_url: str, django_db_setup: None, django_db_blocker: object) -> Iterator[None]:
    """A database that was prepared and never migrated."""
    name = f"rp_fleet_{uuid.uuid4().hex[:10]}"
    with psycopg.connect(postgres_url, autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE \"{name}\" TEMPLATE template0 ENCODING 'UTF8'")
    prepare(database_url(postgres_url, name, login=""))
    with using_database(postgres_url, name, django_db_blocker):
        yield
    with psycopg.connect(postgres_url, autocommit=True) as admin:
        admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.mark.parametrize("words", ["status", "status gera", "verify", "migrate --dry-run", "run check"])
def test_an_empty_database_is_told_in_one_sentence(empty: None, words: str) -> None:
    said, sentence = failing_fleet_command(*words.split())
    assert sentence.startswith(BEHIND)
    assert "rathausplatz fleet migrate" in sentence
    assert "Traceback" not in said
