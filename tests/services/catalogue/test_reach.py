"""An address is ours when its postcode and its town are."""

from __future__ import annotations

from typing import Any

import pytest

from services.catalogue.models import Place
from services.catalogue.reach import is_within_reach, names_town

GERA = {"postcodes": ["07545", "07546", "07548", "07549", "07551", "07552", "07554", "07557"]}


@pytest.mark.parametrize(
    ("postcode", "town", "ours"),
    [
        ("07545", "Gera", True),
        ("07548", "Gera", True),
        (" 07545 ", "gera", True),
        ("07545", "Gera-Untermhaus", True),
        ("07557", "Gera OT Zwötzen", True),
        ("07545", "Stadt Gera", True),
        ("99999", "Berlin", False),
        ("10115", "Gera", False),
        ("07545", "Berlin", False),
        ("07586", "Kraftsdorf", False),
        ("", "Gera", False),
        ("07545", "", False),
    ],
)
def test_postcode_and_town_are_both_ours(in_gera: Any, postcode: str, town: str, ours: bool) -> None:
    assert is_within_reach(GERA, postcode, town) is ours


def test_without_postcodes_of_its_own_those_of_the_places_count(in_gera: Any) -> None:
    assert is_within_reach({}, "07545", "Gera")
    assert not is_within_reach({}, "07548", "Gera")
    Place.objects.create(name="Bürgerbüro Untermhaus", postcode="07548", city="Gera")
    assert is_within_reach({}, "07548", "Gera")


def test_a_commune_that_knows_no_postcode_answers_for_no_address(in_gera: Any) -> None:
    Place.objects.update(postcode="")
    assert not is_within_reach({}, "07545", "Gera")


@pytest.mark.parametrize(
    ("written", "name", "same"),
    [
        ("Lübbenau", "Lübbenau/Spreewald", True),
        ("Luebbenau", "Lübbenau/Spreewald", True),
        ("Neustadt (Orla)", "Neustadt an der Orla", True),
        ("Bad Köstritz", "Bad Köstritz", True),
        ("Bad Elster", "Bad Köstritz", False),
        ("Frankfurt", "Frankfurt am Main", True),
        # one postcode, two towns: 04808
        ("Lossatal", "Wurzen", False),
        ("Wurzen OT Nemt", "Wurzen", True),
        ("Stadt", "Stadt", True),
        ("", "", False),
    ],
)
def test_people_write_their_town_in_many_ways(written: str, name: str, same: bool) -> None:
    assert names_town(written, {name}) is same
