"""The administration's screen and the API of the catalogue."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.template.loader import render_to_string
from django.test import Client
from django.test.utils import CaptureQueriesContext

from services.catalogue import actions, queries
from services.catalogue.models import Offering, OfferingChange
from services.catalogue.seat import seat_of
from tenants.accounts.models import User, UserKind

PARKING = "bewohnerparkausweis"
SCREEN = f"/arbeitsplatz/leistungen/{PARKING}/"


@pytest.fixture
def administrator(in_gera: Any) -> User:
    user = User.objects.create_user("verwaltung@gera.example", "x", kind=UserKind.STAFF)
    user.groups.add(Group.objects.get(name="administrator"))
    return user


@pytest.fixture
def desk(portal: Client, administrator: User) -> Client:
    portal.force_login(administrator)
    return portal


@pytest.fixture
def parking(in_gera: Any) -> Offering:
    return Offering.objects.get(definition_key=PARKING)


def test_only_administrators_change_offerings(portal: Client, parking: Offering) -> None:
    assert portal.get(SCREEN).status_code == 302
    clerk = User.objects.create_user("amt@gera.example", "x", kind=UserKind.STAFF)
    clerk.groups.add(Group.objects.get(name="clerk"))
    portal.force_login(clerk)
    assert (portal.get(SCREEN).status_code, portal.post(f"{SCREEN}zurueckziehen/").status_code) == (403, 403)
    with pytest.raises(PermissionDenied):
        actions.set_fee(offering=parking, fee_cents=1, actor=clerk)


def test_the_list_says_what_differs(desk: Client, parking: Offering) -> None:
    actions.set_fee(offering=parking, fee_cents=1850, actor=None)
    page = desk.get("/arbeitsplatz/leistungen/").content.decode()
    assert "18,50\xa0€" in page
    assert "Gebühr" in page


@pytest.mark.parametrize(
    ("typed", "cents"), [("18,50", 1850), ("18", 1800), ("1.234,5", 123450), ("0", 0), ("", None), ("30,70 €", 3070)]
)
def test_a_fee_is_read_as_people_write_it(desk: Client, parking: Offering, typed: str, cents: int | None) -> None:
    assert desk.post(SCREEN, {"part": "fee", "fee": typed}).status_code == 302
    parking.refresh_from_db()
    assert parking.fee_cents == cents


@pytest.mark.parametrize(
    "form",
    [
        {"part": "fee", "fee": "viel"},
        {"part": "fee", "fee": "-3"},
        {"part": "fee", "fee": "999999"},
        {"part": "rank", "position": "vorn"},
        {"part": "zones", "zones": "Kornmarkt"},
        {"part": "zones", "zones": "Zone Altstadt: Mitte\nKornmarkt"},
        {"part": "zones", "zones": "Zone A: Mitte\nKornmarkt", "postcodes": "Gera"},
        {"part": "texts", "title": "x" * 81},
    ],
)
def test_bad_input_changes_nothing_and_says_why(desk: Client, parking: Offering, form: dict[str, str]) -> None:
    before = Offering.objects.values().get(pk=parking.pk)
    answer = desk.post(SCREEN, form)
    assert (answer.status_code, 'class="summary"' in answer.content.decode()) == (422, True)
    assert Offering.objects.values().get(pk=parking.pk) == before


def test_zones_are_saved_with_their_postcodes(desk: Client, parking: Offering) -> None:
    typed = {"part": "zones", "zones": "Zone A: Mitte\nKornmarkt", "postcodes": "07545, 07546 07545"}
    assert desk.post(SCREEN, typed).status_code == 302
    parking.refresh_from_db()
    assert parking.settings["postcodes"] == ["07545", "07546"]
    assert 'value="07545 07546"' in desk.get(SCREEN).content.decode()


def test_the_town_hall_gets_its_address(desk: Client, parking: Offering) -> None:
    screen = "/arbeitsplatz/rathaus/"
    assert desk.get(screen).status_code == 200
    wrong = desk.post(screen, {"street": "", "postcode": "754", "city": "Gera"})
    assert wrong.status_code == 422
    assert "Eine Postleitzahl hat fünf Ziffern." in wrong.content.decode()
    typed = {"street": "Markt 1", "postcode": "07548", "city": "Gera", "phone": "115", "email": ""}
    assert desk.post(screen, typed).status_code == 302
    assert seat_of(PARKING).line == "Markt 1, 07548 Gera"


def test_only_administrators_move_the_town_hall(portal: Client, in_gera: Any) -> None:
    clerk = User.objects.create_user("amt@gera.example", "x", kind=UserKind.STAFF)
    clerk.groups.add(Group.objects.get(name="clerk"))
    portal.force_login(clerk)
    assert portal.get("/arbeitsplatz/rathaus/").status_code == 403


def test_unknown_parts_languages_and_services_are_not_found(desk: Client) -> None:
    assert desk.post(SCREEN, {"part": "nonsense"}).status_code == 404
    assert desk.get(f"{SCREEN}?language=fr").status_code == 404
    assert desk.get("/arbeitsplatz/leistungen/nichts/").status_code == 404


def test_texts_are_typed_as_lines_and_empty_ones_stay_shared(desk: Client, parking: Offering) -> None:
    typed = {
        "part": "texts",
        "teaser": "In Gera sofort",
        "needs": "Kennzeichen | Feld A\nAusweis",
        "cost": "frei | 2026",
    }
    assert desk.post(SCREEN, typed).status_code == 302
    service = queries.offered_service(PARKING, "de")
    assert service.local_texts == ("teaser", "cost", "needs")
    assert service.needs == [{"title": "Kennzeichen", "text": "Feld A"}, {"title": "Ausweis", "text": ""}]
    assert desk.post(SCREEN, {"part": "texts"}).status_code == 302
    assert queries.offered_service(PARKING, "de").local_texts == ()


def test_saving_the_same_again_leaves_no_trace(desk: Client, parking: Offering) -> None:
    before = OfferingChange.objects.count()
    for _click in range(2):
        desk.post(SCREEN, {"part": "zones", "zones": "Zone Z: Test\nAm Rand 1–9"})
    assert OfferingChange.objects.count() == before + 1


def test_every_change_is_announced_and_recorded(desk: Client, parking: Offering) -> None:
    for form in ({"part": "fee", "fee": "7"}, {"part": "rank", "position": "3"}):
        with CaptureQueriesContext(connection) as asked:
            desk.post(SCREEN, form)
        assert any("pg_notify" in query["sql"] for query in asked)
    assert OfferingChange.objects.first().actor == "verwaltung@gera.example"  # type: ignore[union-attr]


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_the_same_queries_however_long(desk: Client, count: int) -> None:
    for number in range(count):
        actions.offer_own_service(title=f"Eigene Leistung {number}", channel="office")
    desk.get("/arbeitsplatz/leistungen/")
    with CaptureQueriesContext(connection) as asked:
        desk.get("/arbeitsplatz/leistungen/")
    assert len([query for query in asked if '"catalogue_' in query["sql"]]) == 2  # offerings, searches without result


def test_the_service_include_answers_before_the_law(in_gera: Any) -> None:
    service = queries.offered_service(PARKING, "de")
    page = render_to_string("catalogue/includes/service.html", {"service": service, "prefix": ""})
    order = ["<h1", "Kosten", "Dauer", "Sie erhalten", service.apply_url, "Das brauchen Sie", "Rechtsgrundlagen"]
    assert [page.index(part) for part in order] == sorted(page.index(part) for part in order)


def test_the_api_lists_finds_and_explains(portal: Client, in_gera: Any) -> None:
    listed = portal.get("/api/v1/services").json()
    assert PARKING in [service["slug"] for service in listed]
    assert portal.get("/api/v1/services?q=Anwohnerparken").json()[0]["slug"] == PARKING
    detail = portal.get(f"/api/v1/services/{PARKING}").json()
    assert (detail["source"]["title"], detail["definition"]) == ("shared", PARKING)
    assert portal.get("/api/v1/services/nichts").status_code == 404
    assert portal.get("/api/v1/services/%00").status_code == 404
    assert portal.get("/api/v1/services?q=%00").json() == []
    assert portal.get("/api/v1/places").json()[0]["name"] == "Rathaus"
