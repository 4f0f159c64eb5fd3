"""`rathausplatz migrate`, the short way, ends with a sentence and never with a traceback."""

from __future__ import annotations

import io

import pytest
from django.core.management import CommandError, call_command

from tenants.communes.rollouts.locks import RELEASING, fleet_lock
from tests.tenants.communes.rollouts.commanding import as_owner
from tests.tenants.communes.rollouts.releases import MigrationFolder

PLACE = 'migrations.AddField("idea", "place", models.CharField(max_length=9, null=True)),'
NAMED = 'migrations.RunSQL("ALTER TABLE commune_template.participation_idea ADD COLUMN place text"),'


def sentence() -> str:
    """What it fails with."""
    with pytest.raises(CommandError) as refused:
        call_command("migrate", stdout=io.StringIO())
    return str(refused.value)


def test_while_another_run_has_the_fleet(fleet: str) -> None:
    with fleet_lock(RELEASING):
        assert "Another run has the fleet" in sentence()


def test_where_the_template_is_newer(fleet: str, migrations: MigrationFolder) -> None:
    migrations.add(PLACE)
    call_command("migrate", stdout=io.StringIO())
    migrations.take_back()
    assert "this code belongs to level 1" in sentence()


def test_where_a_migration_can_t_be_recorded(fleet: str, migrations: MigrationFolder) -> None:
    migrations.add(NAMED)
    assert "names the schema commune_template in its SQL" in sentence()


def test_where_a_commune_fails(fleet: str, migrations: MigrationFolder) -> None:
    as_owner("aue", "INSERT INTO django_migrations (app, name, applied) VALUES ('cases', '0099_later', now())")
    assert "Aue could not be migrated: OffTheChainError" in sentence()
