"""`fleet verify` finds what is not as it should be, and nothing where all is well."""

from __future__ import annotations

import json

from django.conf import settings
from django.utils import timezone

from tenants.communes.queries import find_commune
from tenants.communes.scope import commune_scope
from tests.tenants.communes.rollouts.commanding import (
    as_owner,
    failing_fleet_command,
    fleet_command,
)
from tests.tenants.communes.rollouts.releases import ONE_COLUMN_ONE_TABLE, MigrationFolder


def findings(*words: str) -> dict[str, list[str]]:
    """What `fleet verify` finds in each schema."""
    said, _sentence = failing_fleet_command("verify", "--json", *words)
    found: dict[str, list[str]] = {}
    for row in json.loads(said):
        found.setdefault(row["commune"], []).append(row["finding"])
    return found


def test_a_fleet_as_it_was_made_has_no_findings(fleet: str) -> None:
    assert "Every schema equals the template" in fleet_command("verify")


def test_a_difference_in_structure_is_named(fleet: str) -> None:
    as_owner(
        "aue",
        "DROP INDEX participation_idea_newest",
        "ALTER TABLE participation_idea ALTER district TYPE varchar(81)",
        "CREATE TABLE aue.mine (id int)",
    )
    assert findings("--name", "aue", "--name", "brehna") == {
        "aue": [
            "lacks column participation_idea.district character varying(80) not null",
            "lacks index participation_idea CREATE INDEX participation_idea_newest ON participation_idea"
            " USING btree state, confirmed_at DESC",
            "has on its own column mine.id integer",
            "has on its own column participation_idea.district character varying(81) not null",
            "has on its own table mine",
            "its role lacks rights on the table mine",
        ]
    }


def test_rights_that_lack_or_are_too_many_are_named(fleet: str) -> None:
    prefix = settings.COMMUNE_ROLE_PREFIX
    as_owner(
        "aue",
        f'REVOKE DELETE ON participation_idea FROM "{prefix}aue"',
        f'GRANT SELECT ON cases_case TO "{prefix}brehna"',
    )
    assert findings() == {
        "aue": [
            "roles of others have rights on the table cases_case",
            "its role lacks rights on the table participation_idea",
        ]
    }


def test_a_reference_that_leads_nowhere_is_named(fleet: str) -> None:
    from services.forms.models import Draft

    with commune_scope(find_commune("calau").ref()):
        for token, key, version in (("a", "wohngeld", 1), ("b", "wohngeld", 99), ("c", "wohngeld", 99)):
            Draft.objects.create(token=token, definition_key=key, definition_version=version, expires_at=timezone.now())
    assert findings() == {
        "calau": ["2 rows of forms_draft refer to wohngeld 99, which definitions_servicedefinition lacks"]
    }


def test_a_commune_that_is_behind_is_a_finding_and_not_compared(fleet: str, migrations: MigrationFolder) -> None:
    migrations.add(ONE_COLUMN_ONE_TABLE)
    fleet_command("migrate", "--name", "brehna")
    assert findings("--name", "aue", "--name", "brehna") == {"aue": ["stands at level 1: behind"]}
