"""A new commune gets its services, fees, zones and hours; the demo's facts are sound."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import rathausplatz.demo
import yaml
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from services.catalogue import queries, starter
from services.catalogue.models import Area, Offering, OpeningHours, Place
from services.catalogue.zones import read_zones, write_zones
from services.definitions.queries import DefinitionNotFound, all_newest
from services.participation import starter as ideas_starter
from services.participation.models import Idea, Support
from tenants.communes.starters import StarterBrief

PARKING = "bewohnerparkausweis"
TOWNS: dict[str, Any] = yaml.safe_load((Path(rathausplatz.demo.__file__).parent / "communes.yaml").read_text("utf-8"))


def brief(commune: Any, town: str, **fields: Any) -> StarterBrief:
    return StarterBrief(commune=commune, facts=TOWNS[town]["facts"], **fields)


@pytest.mark.parametrize("town", TOWNS)
def test_preparing_twice_is_preparing_once(in_gera: Any, town: str) -> None:
    Offering.objects.all().delete()
    for _run in range(2):
        starter.prepare(brief(in_gera, town))
    facts = TOWNS[town]["facts"]
    place = Place.objects.get(is_main=True)
    assert (place.street, place.land) == (facts["address"]["street"], facts["ars"][:2])
    assert OpeningHours.objects.filter(place=place).count() == sum(
        len(each) for each in facts["opening_hours"].values()
    )
    assert list(Area.objects.values_list("name", flat=True)) == facts["districts"]
    assert len(queries.most_wanted("de")) == 10
    assert queries.offered_service(PARKING, "de").fee_cents == facts["fee_cents"][PARKING]
    assert queries.opening_today(timezone.now()).words


@pytest.mark.parametrize("town", TOWNS)
def test_every_street_of_the_demo_lies_in_its_zone(town: str) -> None:
    zones = TOWNS[town]["facts"]["zones"]
    assert read_zones(write_zones(zones)) == zones
    for zone in zones:
        for entry in zone["streets"]:
            number = entry.get("from", 1)
            assert queries.zone_for_address({"zones": zones}, entry["street"], number) == zone["key"]


@pytest.mark.parametrize("town", TOWNS)
def test_every_town_of_the_demo_knows_its_postcodes(in_gera: Any, town: str) -> None:
    Offering.objects.all().delete()
    starter.prepare(brief(in_gera, town))
    postcodes = queries.offered_service(PARKING, "de").settings["postcodes"]
    assert TOWNS[town]["facts"]["address"]["postcode"] in postcodes
    assert all(len(each) == 5 and each.isdigit() for each in postcodes)


def test_a_fresh_town_hall_has_the_postcode_and_the_land_of_the_order(in_gera: Any) -> None:
    starter.prepare(StarterBrief(commune=in_gera, facts={"postcode": "03222", "ars": "120665001196"}))
    place = Place.objects.get(is_main=True)
    assert (place.postcode, place.city, place.land) == ("03222", "Gera", "12")


def test_a_bundle_may_name_definitions_or_bundles(in_gera: Any) -> None:
    Offering.objects.all().delete()
    starter.prepare(StarterBrief(commune=in_gera, bundle=(PARKING,)))
    assert [service.slug for service in queries.offered_services("de")] == [PARKING]
    starter.prepare(StarterBrief(commune=in_gera, bundle=("alles",)))
    assert len(queries.offered_services("de")) == len(all_newest())
    with pytest.raises(DefinitionNotFound):
        starter.prepare(StarterBrief(commune=in_gera, bundle=("nonsense",)))


def test_every_service_is_found_by_its_own_name(in_gera: Any) -> None:
    starter.prepare(StarterBrief(commune=in_gera, bundle=("alles",)))
    for language in ("de", "en"):
        for service in queries.offered_services(language):
            for words in (service.name, service.title):
                assert service.slug in [found.slug for found in queries.search_services(words, language)[:3]], words


def test_only_a_demonstration_begins_with_ideas(in_gera: Any) -> None:
    ideas_starter.prepare(brief(in_gera, "gera"))
    assert Idea.objects.count() == 0
    for _run in range(2):
        ideas_starter.prepare(brief(in_gera, "gera", demo=True))
    told = TOWNS["gera"]["facts"]["ideas"]
    assert (Idea.objects.count(), Support.objects.count()) == (len(told), sum(each["supports"] for each in told))


def test_preparing_costs_the_same_statements_however_many_services(in_gera: Any) -> None:
    counted = []
    for bundle in ((PARKING,), ("alles",)):
        Offering.objects.all().delete()
        with CaptureQueriesContext(connection) as asked:
            starter.prepare(StarterBrief(commune=in_gera, bundle=bundle))
        counted.append(len(asked))
    assert counted[0] == counted[1] <= 20
