"""A command for one commune says in a sentence what is in the way."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from tenants.communes.actions import CommuneOrder, request_commune
from tenants.communes.commands import enterable_commune
from tenants.communes.models import Commune, CommuneState
from tenants.communes.queries import CommuneNotFoundError, find_commune
from tests.factories.communes import provision


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"state": CommuneState.DELETED}, "Gera was deleted"),
        ({"removal_began_at": timezone.now()}, "Gera was deleted, or is being deleted now"),
        ({"state": CommuneState.BROKEN, "level": 0}, "Gera was not made yet, it is broken: carry out its order"),
        ({"cell": "west"}, "Gera stands in the cell 'west': name its address in CELL_URLS"),
        ({"level": 0}, "Gera is behind this release: run `rathausplatz fleet migrate` first"),
    ],
)
def test_what_is_in_the_way_is_said(gera: Any, changes: dict[str, Any], sentence: str) -> None:
    assert enterable_commune("gera").slug == "gera"
    Commune.objects.filter(slug="gera").update(**changes)
    with pytest.raises(CommandError, match=sentence):
        call_command("commune_shell", "--tenant", "gera")


def test_a_commune_that_was_only_ordered_is_not_said_to_be_behind(db: None) -> None:
    request_commune(order=CommuneOrder(official_name="Wartha"), actor=None)
    with pytest.raises(CommandError, match="Wartha was not made yet, it is requested"):
        call_command("commune_shell", "--tenant", "wartha")


@pytest.mark.parametrize("name", ["", "  "])
def test_nobody_answers_to_an_empty_name(db: None, name: str) -> None:
    """Of all communes only one has no regional key: an empty key must not find it."""
    Commune.objects.update(state=CommuneState.DELETED, ars="000000000000")
    keyless = provision("Ohneschlüssel")
    with pytest.raises(CommuneNotFoundError, match="Which commune"):
        find_commune(name)
    with pytest.raises(CommandError, match="Which commune"):
        call_command("commune", "suspend", name, "--reason", "-")
    assert Commune.objects.get(pk=keyless.pk).state == CommuneState.LIVE
