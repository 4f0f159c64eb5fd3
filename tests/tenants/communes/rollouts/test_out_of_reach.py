"""A cell that is out of reach keeps no commune of the others from its turn, and is told in a sentence."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connections

from tenants.communes.models import Commune, Rollout
from tenants.communes.queries import find_commune
from tenants.communes.rollouts.migrating import OutOfReachError, bring_forward
from tests.tenants.communes.rollouts.commanding import (
    failing_fleet_command,
    fleet_command,
    levels,
)
from tests.tenants.communes.rollouts.releases import ONE_COLUMN_ONE_TABLE, MigrationFolder

LOST = "its cell 'nowhere' is out of reach"


@pytest.fixture(params=["no server", "no address"])
def lost(fleet: str, settings: Any, request: pytest.FixtureRequest) -> Iterator[str]:
    """Aue, the canary, stands in a cell without a server, or whose address nobody knows; undone by the test's end."""
    from rathausplatz.settings.database import connection_settings

    if request.param == "no server":
        address = "postgresql://nobody@127.0.0.1:1/nowhere"
        settings.CELLS = {"nowhere": address}
        connections.settings["cell_nowhere"] = connection_settings(address)
        connections.configure_settings(connections.settings)
    Commune.objects.filter(slug="aue").update(cell="nowhere")
    yield "aue"
    connections.settings.pop("cell_nowhere", None)


def test_the_others_get_the_release_and_a_later_run_does_the_rest(lost: str, migrations: MigrationFolder) -> None:
    migrations.add(ONE_COLUMN_ONE_TABLE)
    said, sentence = failing_fleet_command("migrate")
    assert f"failed: aue: {LOST}" in said
    assert sentence == "1 failed, 0 left as they are."
    assert {slug for slug, level in levels().items() if level != 2} == {"aue"}
    rollout = Rollout.objects.get()
    assert rollout.items.get(state="failed").commune.slug == "aue"
    assert LOST in fleet_command("status", "aue")
    Commune.objects.update(cell="main")
    fleet_command("migrate")
    assert set(levels().values()) == {2}


def test_whoever_looks_is_told_who_can_t_be_seen(lost: str, migrations: MigrationFolder) -> None:
    assert LOST in fleet_command("status")
    assert [row["problem"][: len(LOST)] for row in json.loads(fleet_command("status", "--json"))["behind"]] == [LOST]
    said, sentence = failing_fleet_command("verify")
    assert LOST in said
    assert sentence == "1 findings."
    migrations.add(ONE_COLUMN_ONE_TABLE)
    said = fleet_command("migrate", "--dry-run")
    assert LOST in said
    assert len([line for line in said.splitlines() if "new release" in line]) == 5
    with pytest.raises(OutOfReachError, match=LOST):
        bring_forward(find_commune("aue"))


def test_a_command_runs_in_the_others_and_is_resumed_there(lost: str) -> None:
    line = ("--name", "aue", "--name", "egeln", "check")
    assert LOST in fleet_command("run", "--dry-run", *line)
    said, sentence = failing_fleet_command("run", *line)
    assert f"failed: aue: {LOST}" in said
    assert sentence == "1 failed, 0 left as they are."
    Commune.objects.update(cell="main")
    fleet_command("run", "--resume", *line)
    assert list(Rollout.objects.first().items.values_list("commune__slug", "state")) == [("aue", "done")]  # type: ignore[union-attr]
