"""Where a schema stands, which way leads on, and what is done where none does."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.management import CommandError
from django.db import ProgrammingError, transaction
from wagtail.models import Workflow

from tenants.communes.models import Commune, Release, SpareSchema
from tenants.communes.provisioning.clone import TEMPLATE_SCHEMA, schema_exists
from tenants.communes.provisioning.spares import keep_spares
from tenants.communes.roles import platform_role
from tenants.communes.rollouts.migrating import bring_forward
from tenants.communes.rollouts.releases import own_level
from tenants.communes.rollouts.standing import (
    applied_in,
    digest_of,
    migrations_on_disk,
    standings,
    tenant_labels,
)
from tenants.communes.rollouts.template import migrate_schema, seed_template
from tenants.communes.scope import PUBLIC_SCHEMA, owner_scope
from tests.tenants.communes.rollouts.commanding import (
    as_owner,
    failing_fleet_command,
    fleet_command,
    levels,
    rows_of,
)
from tests.tenants.communes.rollouts.conftest import make_commune
from tests.tenants.communes.rollouts.releases import ONE_COLUMN_ONE_TABLE, MigrationFolder

PLACE = 'migrations.AddField("idea", "place", models.CharField(max_length=9, null=True)),'


def test_a_standing_is_the_same_in_the_server_and_here(fleet: str) -> None:
    here = digest_of(applied_in("aue", tenant_labels()))
    assert standings(["aue", "commune_template", "gone"]) == {"aue": here, "commune_template": here}
    assert here == digest_of(migrations_on_disk(tenant_labels()))


def test_migrations_of_apps_without_tables_in_a_commune_say_nothing(fleet: str) -> None:
    before = standings(["aue"])
    as_owner("aue", "INSERT INTO django_migrations (app, name, applied) VALUES ('console', '0099_later', now())")
    assert standings(["aue"]) == before
    as_owner("aue", "INSERT INTO django_migrations (app, name, applied) VALUES ('cases', '0099_later', now())")
    assert standings(["aue"]) != before


def test_a_schema_off_the_chain_fails_with_a_sentence_and_django_brings_it_back(
    fleet: str, migrations: MigrationFolder
) -> None:
    migrations.add(PLACE)
    migrate_schema("aue", commune=Commune.objects.get(slug="aue").ref())
    migrations.add('migrations.AddField("idea", "time", models.CharField(max_length=9, null=True)),')
    said, _sentence = failing_fleet_command("migrate", "--on-failure", "continue", "--name", "aue")
    assert "aue stands nowhere on the recorded chain of releases" in said
    assert levels()["aue"] == 1
    fleet_command("migrate", "--runner", "django")
    assert set(levels().values()) == {2}
    assert fleet_command("verify").startswith("Nothing to show.")


def test_one_commune_that_came_from_elsewhere_is_brought_forward(fleet: str, migrations: MigrationFolder) -> None:
    migrations.add(PLACE)
    fleet_command("migrate", "--name", "aue")
    brought = Commune.objects.get(slug="brehna")
    assert (bring_forward(brought), bring_forward(brought)) == (2, 2)
    assert levels()["brehna"] == 2
    as_owner("calau", "ALTER TABLE participation_idea ADD COLUMN place varchar(9)")
    with pytest.raises(ProgrammingError, match="already exists"):
        bring_forward(Commune.objects.get(slug="calau"))
    assert levels()["calau"] == 1


def test_a_schema_that_knows_more_than_the_template_is_left_alone(fleet: str, migrations: MigrationFolder) -> None:
    as_owner("aue", "INSERT INTO django_migrations (app, name, applied) VALUES ('cases', '0099_later', now())")
    said, _sentence = failing_fleet_command("migrate", "--runner", "django")
    assert "migrations that the template does not know" in said


def test_an_installation_from_before_the_records_begins_its_chain_where_it_is(
    fleet: str, migrations: MigrationFolder
) -> None:
    Release.objects.all().delete()
    Commune.objects.update(level=0)
    migrations.add(PLACE)
    fleet_command("migrate")
    found = [(release.level, release.before == "", len(release.steps)) for release in Release.objects.all()]
    assert found == [(1, True, 0), (2, False, 2)]
    assert set(levels().values()) == {2}


def test_code_of_an_earlier_release_leaves_the_fleet_alone(fleet: str, migrations: MigrationFolder) -> None:
    migrations.add(PLACE)
    fleet_command("migrate")
    migrations.take_back()
    assert own_level() == 1
    with pytest.raises(CommandError, match=r"The template is at level 2 .*, this code belongs to level 1"):
        fleet_command("migrate")


def test_code_of_an_earlier_release_gives_no_rights_on_tables_it_does_not_know(
    fleet: str, migrations: MigrationFolder
) -> None:
    migrations.add(PLACE)
    fleet_command("migrate")
    grant = f'GRANT SELECT, INSERT ON record TO "{platform_role()}"'
    as_owner(PUBLIC_SCHEMA, "CREATE TABLE record (id int)", grant)
    migrations.take_back()
    with pytest.raises(CommandError, match="this code belongs to level 1"):
        fleet_command("migrate")
    asked = [f"has_table_privilege('{platform_role()}', 'public.record', '{right}')" for right in ("INSERT", "UPDATE")]
    assert rows_of(PUBLIC_SCHEMA, f"SELECT {', '.join(asked)}") == [(True, False)]


def test_a_library_that_drops_old_migrations_is_still_at_the_release(fleet: str, migrations: MigrationFolder) -> None:
    """Squashed migrations are deleted some day; what a schema has recorded stays."""
    migrations.add(PLACE)
    fleet_command("migrate")
    migrations.squash()
    fleet_command("migrate")
    assert (own_level(), set(levels().values())) == (3, {3})
    migrations.delete_squashed()
    assert own_level() is None
    assert "already" in fleet_command("migrate")
    assert (own_level(), Release.objects.count()) == (3, 3)


def test_a_row_that_names_another_level_is_corrected(fleet: str) -> None:
    Commune.objects.filter(slug="aue").update(level=0)
    fleet_command("migrate")
    assert levels()["aue"] == 1


def test_a_commune_made_after_a_release_stands_at_it(fleet: str, migrations: MigrationFolder) -> None:
    migrations.add(ONE_COLUMN_ONE_TABLE)
    fleet_command("migrate")
    make_commune("Gröditz")
    assert levels()["groeditz"] == 2
    assert "already" in fleet_command("migrate")


def test_spare_schemas_stay_until_the_template_s_rows_change(fleet: str) -> None:
    assert keep_spares(wanted=1) == 1
    fleet_command("migrate")
    assert SpareSchema.objects.count() == 1
    with owner_scope(TEMPLATE_SCHEMA), transaction.atomic():
        Workflow.objects.all().delete()
    fleet_command("migrate")
    assert not SpareSchema.objects.exists()


def test_no_commune_begins_with_a_spare_from_before_new_seeds(fleet: str, settings: Any) -> None:
    """The run ends right behind the seeds: what drops the spares never came."""
    settings.SPARE_SCHEMAS = 1
    assert keep_spares() == 1
    with owner_scope(TEMPLATE_SCHEMA), transaction.atomic():
        Workflow.objects.all().delete()
    assert seed_template()
    make_commune("Jessen")
    assert rows_of("jessen", "SELECT count(*) FROM wagtailcore_workflow") == rows_of(
        TEMPLATE_SCHEMA, "SELECT count(*) FROM wagtailcore_workflow"
    )
    spare = SpareSchema.objects.get().schema_name
    assert keep_spares() == 1
    assert not schema_exists(spare)
    assert not seed_template()
    make_commune("Kemberg")
    assert not SpareSchema.objects.exists()


def test_spare_schemas_of_an_earlier_release_are_dropped(fleet: str, migrations: MigrationFolder) -> None:
    assert keep_spares(wanted=1) == 1
    spare = SpareSchema.objects.get().schema_name
    migrations.add(PLACE)
    fleet_command("migrate")
    assert not SpareSchema.objects.exists()
    assert not schema_exists(spare)
