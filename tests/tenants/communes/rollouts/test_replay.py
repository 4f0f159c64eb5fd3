"""A release is run once on the template; what is replayed elsewhere is what Django would have done."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection

from tenants.communes.models import Release
from tenants.communes.queries import find_commune
from tenants.communes.rollouts.operations import Rows
from tenants.communes.rollouts.standing import applied_in
from tenants.communes.rollouts.structure import differences
from tenants.communes.rollouts.template import migrate_schema
from tenants.communes.scope import commune_scope, owner_scope
from tests.tenants.communes.rollouts.commanding import (
    as_owner,
    fleet_command,
    levels,
    rows_of,
    write_down,
)
from tests.tenants.communes.rollouts.releases import ONE_COLUMN_ONE_TABLE, MigrationFolder

IDEA_TYPE = "SELECT id FROM django_content_type WHERE app_label = 'participation' AND model = 'idea'"
PAINT = """
def paint(apps, schema_editor):
    Idea, Type = apps.get_model("participation", "Idea"), apps.get_model("contenttypes", "ContentType")
    kind = Type.objects.get_for_model(Idea)
    for idea in Idea.objects.all():
        idea.colour = f"{idea.text.split()[0]} {kind.pk}"
        idea.save()
"""
PAINTED = """\
migrations.AddField("idea", "colour", models.CharField(max_length=20, null=True)),
migrations.RunPython(paint),
migrations.AlterField("idea", "colour", models.CharField(max_length=30, null=True, db_index=True)),
"""
RENAMED = """\
migrations.RenameModel("Report", "Complaint"),
migrations.AlterModelOptions("complaint", {"permissions": [("settle_complaint", "Can settle 100% of them")]}),
migrations.RunSQL(
    "ALTER TABLE participation_idea ADD COLUMN weight integer; UPDATE participation_idea SET weight = 1 -- all",
    state_operations=[migrations.AddField("idea", "weight", models.IntegerField(null=True))],
),
"""


def by_django(slug: str) -> None:
    """Bring one schema to the release as Django does."""
    commune = find_commune(slug).ref()
    migrate_schema(commune.schema, commune=commune)


def rows_django_adds(schema: str) -> Any:
    """Content types and permissions."""
    with owner_scope(schema):
        rows = Rows.here()
    return rows.content_types, rows.permissions


def assert_same(replayed: str, migrated: str) -> None:
    """Two schemas are at the same release in every respect but their contents."""
    assert differences(replayed, migrated) == []
    assert applied_in(replayed) == applied_in(migrated)
    assert rows_django_adds(replayed) == rows_django_adds(migrated)


@pytest.mark.parametrize("operations", [ONE_COLUMN_ONE_TABLE, RENAMED], ids=["column and table", "renamed, in SQL"])
def test_a_replayed_schema_equals_one_that_django_migrated(
    fleet: str, migrations: MigrationFolder, operations: str
) -> None:
    name = migrations.add(operations)
    by_django("aue")
    fleet_command("migrate")
    release = Release.objects.get(level=2)
    assert [(step["kind"], step["name"]) for step in release.steps] == [("sql", name), ("rows", "")]
    for schema in ("brehna", "commune_template"):
        assert_same(schema, "aue")
    assert set(levels().values()) == {2}


def test_the_new_table_is_the_commune_s_to_use_and_nobody_else_s(fleet: str, migrations: MigrationFolder) -> None:
    migrations.add(ONE_COLUMN_ONE_TABLE)
    fleet_command("migrate")
    write_down("calau", "Eine Bank an der Dobra")
    with commune_scope(find_commune("calau").ref()), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO participation_bench (name, share, idea_id) SELECT 'A', 1, id FROM participation_idea"
        )
        cursor.execute("SELECT name, colour FROM participation_bench b JOIN participation_idea i ON i.id = b.idea_id")
        assert cursor.fetchall() == [("A", "blue")]
    assert fleet_command("verify").startswith("Nothing to show.")


def test_python_runs_in_each_schema_with_its_own_rows_and_content_types(
    fleet: str, migrations: MigrationFolder
) -> None:
    for slug in ("aue", "brehna", "calau"):
        write_down(slug, f"{slug} bekommt einen Brunnen")
    # ids of content types may differ between communes, and nothing of one may be remembered in the next
    as_owner(
        "brehna",
        f"UPDATE auth_permission SET content_type_id = 9000 WHERE content_type_id = ({IDEA_TYPE})",
        f"UPDATE django_content_type SET id = 9000 WHERE id = ({IDEA_TYPE})",
    )
    name = migrations.add(PAINTED, before=PAINT)
    by_django("aue")
    fleet_command("migrate", "--jobs", "1")
    assert [(s["kind"], s["name"]) for s in Release.objects.get(level=2).steps] == [("python", name), ("rows", "")]
    assert_same("brehna", "aue")
    for slug in ("aue", "brehna", "calau"):
        expected = [(f"{slug} {rows_of(slug, IDEA_TYPE)[0][0]}",)]
        assert rows_of(slug, "SELECT colour FROM participation_idea") == expected


def test_two_releases_behind_is_one_transaction_more(fleet: str, migrations: MigrationFolder) -> None:
    migrations.add(ONE_COLUMN_ONE_TABLE)
    fleet_command("migrate", "--name", "aue")
    assert set(levels().items()) >= {("aue", 2), ("brehna", 1)}
    migrations.add('migrations.AddField("idea", "place", models.CharField(max_length=9, null=True)),')
    fleet_command("migrate")
    assert set(levels().values()) == {3}
    assert_same("brehna", "aue")


def test_a_default_that_is_made_anew_is_made_in_each_schema(fleet: str, migrations: MigrationFolder) -> None:
    for slug in ("aue", "brehna"):
        write_down(slug, "Ein Brunnen am Markt")
    migrations.add(
        'migrations.AddField("idea", "secret", models.CharField(max_length=64, default=token)),',
        before="import secrets\ndef token():\n    return secrets.token_hex()",
    )
    fleet_command("migrate")
    tokens = [rows_of(slug, "SELECT secret FROM participation_idea")[0][0] for slug in ("aue", "brehna")]
    assert len(set(tokens)) == 2
    assert Release.objects.get(level=2).steps[0]["kind"] == "python"


def test_seeing_that_nothing_is_to_do_asks_one_statement_of_all_schemas(fleet: str) -> None:
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as queries:
        said = fleet_command("migrate")
    assert "Every schema is at this release already." in said
    of_schemas = [query["sql"] for query in queries if '"aue"."django_migrations"' in query["sql"]]
    assert len(of_schemas) == 1
