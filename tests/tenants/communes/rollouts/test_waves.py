"""Canaries first; one failure is that commune's, with its traceback; the run stops or goes on as told."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import psycopg
import pytest
from django.conf import settings

from tenants.communes.models import AuditEntry, Rollout, RolloutItem
from tenants.communes.rollouts.selection import Cut, Selector
from tests.tenants.communes.rollouts.commanding import (
    failing_fleet_command,
    fleet_command,
    levels,
    rows_of,
    write_down,
)
from tests.tenants.communes.rollouts.releases import MigrationFolder

# impossible where two ideas are of one district
NARROW = """\
migrations.AddField("idea", "place", models.CharField(max_length=9, null=True)),
migrations.AddConstraint("idea", models.UniqueConstraint(fields=["district"], name="one_idea_a_district")),
"""
TWICE = ("Ein Brunnen am Markt", "Noch ein Brunnen am Markt")


def states() -> dict[str, str]:
    """What became of each commune in the newest run."""
    rollout = Rollout.objects.first()
    assert rollout is not None
    return dict(rollout.items.values_list("commune__slug", "state"))


def test_a_failing_canary_stops_everything_and_leaves_itself_as_it_was(fleet: str, migrations: MigrationFolder) -> None:
    write_down("aue", *TWICE)
    migrations.add(NARROW)
    said, sentence = failing_fleet_command("migrate", "--on-failure", "continue")
    assert sentence == "1 failed, 5 left as they are."
    assert "failed: aue: IntegrityError" in said
    assert set(levels().values()) == {1}
    columns = "SELECT attname FROM pg_attribute WHERE attrelid = 'aue.participation_idea'::regclass"
    assert ("place",) not in rows_of("aue", columns)
    assert states() == {"aue": "failed"} | dict.fromkeys(
        ("brehna", "calau", "doebeln", "egeln", "finsterwalde"), "waiting"
    )
    rollout = Rollout.objects.get()
    assert rollout.state == Rollout.State.STOPPED
    failed = RolloutItem.objects.get(state="failed")
    assert "Traceback" in failed.error
    assert "one_idea_a_district" in failed.error
    assert "one_idea_a_district" in fleet_command("status", "aue")
    assert AuditEntry.objects.filter(verb="fleet.stopped", detail__failed=["aue"]).exists()


def test_a_later_failure_stops_the_run_or_not_as_told(fleet: str, migrations: MigrationFolder) -> None:
    write_down("calau", *TWICE)
    migrations.add(NARROW)
    _said, sentence = failing_fleet_command("migrate", "--jobs", "1", "--canary", "1", "--waves", "2")
    assert sentence == "1 failed, 3 left as they are."
    assert {slug for slug, level in levels().items() if level == 2} == {"aue", "brehna"}
    _said, sentence = failing_fleet_command("migrate", "--on-failure", "continue")
    assert sentence == "1 failed, 0 left as they are."
    assert {slug for slug, level in levels().items() if level == 1} == {"calau"}
    assert Rollout.objects.first().state == Rollout.State.DONE  # type: ignore[union-attr]


def test_a_lock_that_somebody_holds_fails_one_commune_after_the_wait(fleet: str, migrations: MigrationFolder) -> None:
    migrations.add('migrations.AddField("idea", "place", models.CharField(max_length=9, null=True)),')
    with psycopg.connect(settings.DATABASE_URL) as reader:
        reader.execute(f'SET ROLE "{settings.ROLE_PREFIX}_owner"')
        reader.execute("SELECT * FROM egeln.participation_idea")
        said, _sentence = failing_fleet_command("migrate", "--lock-wait", "0.1", "--on-failure", "continue")
    assert "failed: egeln: OperationalError: canceling statement due to lock timeout" in said
    assert {slug for slug, level in levels().items() if level == 1} == {"egeln"}
    fleet_command("migrate")
    assert set(levels().values()) == {2}


def communes(*waves: int) -> Any:
    return [SimpleNamespace(wave=wave, number=number) for number, wave in enumerate(waves)]


@pytest.mark.parametrize(
    ("cut", "expected"),
    [
        (Cut(), [[0], [1, 2], [3, 4]]),
        (Cut(canary=2), [[0, 1], [2], [3, 4]]),
        (Cut(sizes=(3,)), [[0], [1, 2, 3], [4]]),
        (Cut(canary=1, sizes=(1, 9)), [[0], [1], [2, 3, 4]]),
    ],
)
def test_communes_are_cut_into_waves(cut: Cut, expected: list[list[int]]) -> None:
    assert [[c.number for c in wave] for wave in cut.waves(communes(0, 1, 1, 2, 2))] == expected


def test_communes_are_selected_by_state_wave_tag_and_pattern(fleet: str) -> None:
    from tenants.communes.models import Commune

    Commune.objects.filter(slug="calau").update(tags=["pilot", "north"], state="suspended")
    found = {
        "state": Selector(states=("suspended",)),
        "wave": Selector(waves=(0, 1)),
        "tag": Selector(tags=("pilot", "north")),
        "name": Selector(names=("*e", "DÖBELN")),
    }
    slugs = {by: [commune.slug for commune in selector.communes()] for by, selector in found.items()}
    assert slugs == {
        "state": ["calau"],
        "wave": ["aue", "brehna"],
        "tag": ["calau"],
        "name": ["aue", "doebeln", "finsterwalde"],
    }
