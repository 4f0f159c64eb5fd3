"""Any management command in each commune, with the guarantees of a rollout."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.core.management import CommandError, get_commands
from django.core.management.base import BaseCommand, CommandParser

from tenants.communes.models import Rollout
from tenants.communes.rollouts.locks import fleet_lock
from tenants.communes.scope import require_commune
from tests.tenants.communes.rollouts.commanding import (
    failing_fleet_command,
    fleet_command,
    rows_of,
    write_down,
)


class Rename(BaseCommand):
    """Gives every idea another district, and fails where it is told to."""

    visited: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("district")
        parser.add_argument("--fail-in", default="")

    def handle(self, *args: object, **options: str) -> None:
        from services.participation.models import Idea

        slug = require_commune().slug
        self.visited.append(slug)
        changed = Idea.objects.update(district=options["district"])
        if slug == options["fail_in"]:
            raise CommandError("It rains.")
        self.stdout.write(f"{changed} ideas")


@pytest.fixture
def rename() -> Iterator[list[str]]:
    """The command `rename`, known to Django; yields where it has been."""
    get_commands()["rename"] = Rename()
    Rename.visited = []
    yield Rename.visited
    del get_commands()["rename"]


def districts(slug: str) -> list[str]:
    return [row[0] for row in rows_of(slug, "SELECT district FROM participation_idea")]


def test_a_command_works_in_each_selected_commune_and_its_words_are_named(fleet: str, rename: list[str]) -> None:
    write_down("aue", "Ein Brunnen am Markt")
    said = fleet_command("run", "--name", "aue", "--name", "egeln", "rename", "Nord")
    assert "aue: 1 ideas" in said
    assert "egeln: 0 ideas" in said
    assert sorted(rename) == ["aue", "egeln"]
    assert districts("aue") == ["Nord"]
    assert Rollout.objects.get().command == "run rename Nord"


def test_a_failure_rolls_its_commune_back_and_resuming_does_the_rest(fleet: str, rename: list[str]) -> None:
    write_down("calau", "Ein Brunnen am Markt")
    line = ("rename", "Nord", "--fail-in")
    said, sentence = failing_fleet_command("run", "--jobs", "1", "--waves", "9", *line, "calau")
    assert "failed: calau: CommandError: It rains." in said
    assert sentence == "1 failed, 3 left as they are."
    assert districts("calau") == ["Mitte"]
    rename.clear()
    failing_fleet_command("run", "--jobs", "1", "--resume", "--on-failure", "continue", *line, "calau")
    assert rename == ["calau", "doebeln", "egeln", "finsterwalde"]
    rename.clear()
    answer = failing_fleet_command("run", "--jobs", "1", "--resume", *line, "calau")
    assert rename == ["calau"], answer


def test_only_one_run_of_a_command_at_a_time(fleet: str, rename: list[str]) -> None:
    with fleet_lock("rathausplatz fleet run rename"):
        _said, sentence = failing_fleet_command("run", "rename", "Nord")
    assert "Another run has the fleet" in sentence
    assert rename == []


def test_a_dry_run_shows_the_communes_and_enters_none(fleet: str, rename: list[str]) -> None:
    said = fleet_command("run", "--dry-run", "--wave", "2", "rename", "Nord")
    assert [line.split()[1] for line in said.splitlines()[1:] if line] == ["calau", "doebeln", "egeln", "finsterwalde"]
    assert rename == []


@pytest.mark.parametrize(
    ("command", "sentence"),
    [("no_such", "There is no command no_such"), ("migrate", "works on the whole installation")],
)
def test_a_command_that_is_not_for_communes_is_refused(fleet: str, command: str, sentence: str) -> None:
    assert sentence in failing_fleet_command("run", command)[1]
