"""Two runs can't meet, a killed one leaves nothing half-made, and a dry run changes nothing."""

from __future__ import annotations

import random
from pathlib import Path

import psycopg
import pytest
from django.conf import settings

from tenants.communes.models import Release, Rollout
from tenants.communes.rollouts.locks import fleet_lock
from tenants.communes.rollouts.migrating import LOCK
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

SLOW = ONE_COLUMN_ONE_TABLE + 'migrations.RunSQL("SELECT pg_sleep(0.1)"),'
SCHEMAS = ("commune_template", "aue", "brehna", "calau", "doebeln", "egeln", "finsterwalde")


def test_a_second_run_ends_with_a_sentence_that_names_the_first(fleet: str) -> None:
    with fleet_lock(LOCK):
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


@pytest.mark.parametrize("done_before", [0, random.randint(1, 2), random.randint(3, 5)])
def test_after_kill_9_anywhere_the_next_run_completes_the_fleet(
    fleet: str, migrations: MigrationFolder, tmp_path: Path, done_before: int
) -> None:
    migrations.add(SLOW)
    old = standings(["aue"])["aue"]
    log = tmp_path / "killed.log"
    killed = start_fleet_command("migrate", "--jobs", "1", migrations=migrations, log=log)
    try:
        wait_until(
            lambda: killed.poll() is not None or (_moved(old) >= done_before and _at_work()),
            what=f"{done_before} communes are done; see {log}",
        )
        assert killed.poll() is None, log.read_text()
    finally:
        killed.kill()
        killed.wait()
    # the server notices a gone client when its statement ends
    wait_until(lambda: not _at_work(), what="the killed run's connections are closed")
    assert all(standing in (old, _newest()) for standing in standings(SCHEMAS).values())
    fleet_command("migrate")
    assert set(levels().values()) == {2}
    assert set(standings(SCHEMAS).values()) == {_newest()}
    assert len(set(structure_digests(SCHEMAS).values())) == 1
    assert not Rollout.objects.filter(state=Rollout.State.RUNNING).exists()


def _moved(old: str) -> int:
    return sum(1 for schema, standing in standings(SCHEMAS).items() if schema != "commune_template" and standing != old)


def _at_work() -> int:
    """How many connections of others to this database are there."""
    with psycopg.connect(settings.DATABASE_URL) as looking:
        row = looking.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE '%pg_sleep(0.1)%'"
            " AND state <> 'idle' AND pid <> pg_backend_pid()"
        ).fetchone()
        assert row is not None
        return int(row[0])


def _newest() -> str:
    newest = Release.objects.order_by("-level").first()
    assert newest is not None
    return newest.after


def test_a_run_sees_communes_made_while_the_template_was_old(fleet: str, migrations: MigrationFolder) -> None:
    make_commune("Heldra")
    migrations.add(ONE_COLUMN_ONE_TABLE)
    fleet_command("migrate", "--jobs", "3")
    assert levels()["heldra"] == 2
