"""The two-release rule finds what is planted, and lets through what the release before can live with."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import migrations, models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.migration import Migration

from infra.checking.releases import check_releases, faults_of

RELEASE = "2026.12.1"


@pytest.fixture(scope="module")
def loader() -> MigrationLoader:
    """The migrations there are."""
    return MigrationLoader(None)


def faults(loader: MigrationLoader, *operations: Any, stated: str | None = None) -> list[str]:
    """What the rule says of a migration of ideas with these operations."""
    migration = Migration("0002_planted", "participation")
    migration.operations = list(operations)
    if stated is not None:
        migration.two_release = stated  # type: ignore[attr-defined]
    return faults_of(migration, loader.project_state(), RELEASE, set())


TEXT = migrations.AlterField("idea", "text", models.CharField(max_length=100))
PLANTED = [
    (migrations.RemoveField("idea", "district"), "Remove field district from idea: the code before still uses it"),
    (migrations.RenameField("idea", "district", "area"), "the code before still uses it"),
    (migrations.DeleteModel("Report"), "the code before still uses it"),
    (migrations.RenameModel("Report", "Complaint"), "the code before still uses it"),
    (migrations.RunSQL([("ALTER TABLE x DROP COLUMN y", None)]), "its SQL drops or renames"),
    (migrations.SeparateDatabaseAndState([migrations.RunSQL("DROP TABLE x")]), "its SQL drops or renames"),
    (migrations.AddField("idea", "x", models.CharField(default="", max_length=9)), "gives it no value"),
    (TEXT, "max_length shrinks from 280 to 100"),
    (migrations.AlterField("idea", "text", models.IntegerField()), "CharField becomes IntegerField"),
    (migrations.AlterField("idea", "mailed_at", models.DateTimeField()), "NULL is no longer allowed"),
    (migrations.AlterField("idea", "email", models.EmailField(unique=True)), "it becomes unique"),
    (
        migrations.AddConstraint("idea", models.UniqueConstraint(fields=["email"], name="once")),
        "the code before may write what it forbids",
    ),
]
HARMLESS = [
    migrations.AddField("idea", "x", models.CharField(db_default="", max_length=9)),
    migrations.AddField("idea", "x", models.CharField(null=True, max_length=9)),
    migrations.AlterField("idea", "text", models.CharField(max_length=500)),
    migrations.AlterField("idea", "text", models.TextField()),
    migrations.AlterField("idea", "supports", models.PositiveBigIntegerField(null=True)),
    migrations.AddIndex("idea", models.Index(fields=["email"], name="by_mail")),
    migrations.RemoveConstraint("idea", "participation_idea_once"),
    migrations.RunSQL("UPDATE participation_idea SET district = ''"),
    migrations.RunPython(migrations.RunPython.noop),
]


@pytest.mark.parametrize(("operation", "text"), PLANTED)
def test_what_takes_from_the_release_before_is_found(loader: MigrationLoader, operation: Any, text: str) -> None:
    found = faults(loader, operation)
    assert [text in fault for fault in found] == [True]
    assert "two_release" in found[0]


@pytest.mark.parametrize("operation", HARMLESS)
def test_what_the_release_before_can_live_with_passes(loader: MigrationLoader, operation: Any) -> None:
    assert faults(loader, operation) == []


def test_a_table_that_this_release_makes_may_be_changed_by_it(loader: MigrationLoader) -> None:
    made = migrations.CreateModel("Bench", [("id", models.BigAutoField(primary_key=True))])
    demanded = migrations.AddField("bench", "name", models.CharField(max_length=9, default=""))
    assert faults(loader, made, demanded, migrations.RemoveField("bench", "name")) == []


def test_the_state_follows_what_is_said_of_it_and_not_the_database(loader: MigrationLoader) -> None:
    both = [migrations.RemoveField("idea", "district")]
    assert len(faults(loader, migrations.SeparateDatabaseAndState(both, both))) == 1
    assert faults(loader, migrations.SeparateDatabaseAndState([], both)) == []


def test_a_migration_that_says_which_release_stopped_using_it_passes(loader: MigrationLoader) -> None:
    gone = migrations.RemoveField("idea", "district")
    assert faults(loader, gone, stated="2026.11.2") == []
    assert "is not out yet" in faults(loader, gone, stated="2026.12.1")[0]
    assert "is no release" in faults(loader, gone, stated="the last one")[0]


def test_our_own_migrations_keep_the_rule() -> None:
    assert check_releases() == []
