"""Two runs can't meet, a killed one leaves nothing half-made, and a dry run changes nothing."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from django.conf import settings

from tenants.communes.models import AuditEntry, Release, Rollout
from tenants.communes.rollouts.locks import RELEASING, fleet_lock
from tenants.communes.rollouts.standing import standings
from tenants.communes.rollouts.structure import structure_digests
from tests.servers.running import wait_until
from tests.tenants.communes.rollouts.commanding import (
    failing_fleet_command,
    fleet_command,
    levels,
    start_fleet_command,
)
from tests.tenants.communes.rollouts.conftest import make_commune
from tests.tenants.communes.rollouts.releases import ONE_COLUMN_ONE_TABLE, MigrationFolder

# waits wherever a test holds the door of a schema
WITH_DOORS = (
    ONE_COLUMN_ONE_TABLE + 'migrations.RunSQL("SELECT pg_advisory_xact_lock_shared(hashtext(current_schema()::text))"),'
)
SCHEMAS = ("commune_template", "aue", "brehna", "calau", "doebeln", "egeln", "finsterwalde")


def test_a_second_run_ends_with_a_sentence_that_names_the_first(fleet: str) -> None:
    with fleet_lock(RELEASING):
        _said, sentence = failing_fleet_command("migrate")
    assert "Another run has the fleet: rathausplatz fleet migrate" in sentence
    assert "already" in fleet_command("migrate")


def test_a_dry_run_shows_who_and_what_and_changes_nothing(fleet: str, migrations: MigrationFolder) -> None:
    name = migrations.add(ONE_COLUMN_ONE_TABLE)
    before = structure_digests(SCHEMAS)
    said = fleet_command("migrate", "--dry-run", "--waves", "2", "--name", "*e*")
    assert f"commune_template lacks participation.{name}" in said
    rows = [line.split() for line in said.splitlines() if "new release" in line]
    assert [row[:3] for row in rows] == [
        ["1", "aue", "1"],
        ["2", "brehna", "1"],
        ["2", "doebeln", "1"],
        ["3", "egeln", "1"],
        ["3", "finsterwalde", "1"],
    ]
    assert structure_digests(SCHEMAS) == before
    assert (Release.objects.count(), Rollout.objects.count()) == (1, 0)


@contextmanager
def door_closed(schema: str) -> Iterator[psycopg.Connection]:
    """The release gets as far as this schema and no further."""
    with psycopg.connect(settings.DATABASE_URL, autocommit=True) as doorkeeper:
        doorkeeper.execute("SELECT pg_advisory_lock(hashtext(%s))", [schema])
        yield doorkeeper


def somebody_waits(doorkeeper: psycopg.Connection) -> bool:
    """Whether the release has come to the door."""
    row = doorkeeper.execute(
        "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
        " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    ).fetchone()
    return bool(row and row[0])


@pytest.mark.parametrize("place", ["template", "canary", "later"])
def test_after_kill_9_anywhere_the_next_run_completes_the_fleet(
    fleet: str, migrations: MigrationFolder, tmp_path: Path, place: str
) -> None:
    schema = {"template": SCHEMAS[0], "canary": SCHEMAS[1]}.get(place) or random.choice(SCHEMAS[2:])
    old = standings(["aue"])["aue"]
    migrations.add(WITH_DOORS)
    log = tmp_path / "killed.log"
    with door_closed(schema) as doorkeeper:
        killed = start_fleet_command("migrate", "--lock-wait", "60", migrations=migrations, log=log)
        try:
            wait_until(
                lambda: killed.poll() is not None or somebody_waits(doorkeeper), what=f"it comes to {schema}; see {log}"
            )
            assert killed.poll() is None, log.read_text()
        finally:
            killed.kill()
            killed.wait()
        # what it left in the server goes on behind the door, and must not be counted
        assert standings([schema])[schema] == old
    fleet_command("migrate")
    assert set(levels().values()) == {2}
    newest = _newest()
    assert newest != old
    assert set(standings(SCHEMAS).values()) == {newest}
    assert len(set(structure_digests(SCHEMAS).values())) == 1
    assert not Rollout.objects.filter(state=Rollout.State.RUNNING).exists()
    # a run that was killed before it came to the communes had not begun to count them
    assert AuditEntry.objects.filter(verb="fleet.abandoned").exists() is (place != "template")


def _newest() -> str:
    newest = Release.objects.order_by("-level").first()
    assert newest is not None
    return newest.after


def test_a_run_sees_communes_made_while_the_template_was_old(fleet: str, migrations: MigrationFolder) -> None:
    make_commune("Heldra")
    migrations.add(ONE_COLUMN_ONE_TABLE)
    fleet_command("migrate", "--jobs", "3")
    assert levels()["heldra"] == 2
