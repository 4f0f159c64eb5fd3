"""What the portal asks the catalogue, in few queries."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

from services.catalogue import actions, queries
from services.catalogue.faults import CatalogueError, OfferingNotFound
from services.catalogue.models import Offering, OpeningHours, Place, SearchMiss

BERLIN = ZoneInfo("Europe/Berlin")
PARKING = "bewohnerparkausweis"


@pytest.fixture
def parking(in_gera: Any) -> Offering:
    return actions.adopt_definition(key=PARKING)


def own(number: int) -> Offering:
    return actions.offer_own_service(
        title=f"Fundsache {number} abholen", channel="office", teaser="Im Fundbüro", published=True, position=number
    )


def test_a_new_commune_offers_the_start_bundle(in_gera: Any) -> None:
    assert PARKING in [service.slug for service in queries.offered_services("de")]
    assert Place.objects.get(is_main=True).city == "Gera"


def test_adopting_twice_changes_nothing(parking: Offering) -> None:
    again = actions.adopt_definition(key=PARKING, fee_cents=1)
    assert (again.pk, again.fee_cents) == (parking.pk, parking.fee_cents)
    assert Offering.objects.filter(definition_key=PARKING).count() == 1


def test_instant_is_promised_only_where_zones_let_the_system_decide(parking: Offering) -> None:
    waiting = queries.offered_service(PARKING, "de")
    assert (waiting.tag, waiting.kind, waiting.duration.value) == ("online", "", "einige Tage")
    actions.set_zones(offering=parking, text="Zone A: Innenstadt\nKornmarkt", actor=None)
    ready = queries.offered_service(PARKING, "de")
    assert (ready.tag, ready.kind, ready.duration.value) == ("sofort", "now", "sofort")


def test_a_service_is_the_shared_text_until_the_commune_says_otherwise(parking: Offering) -> None:
    shared = queries.offered_service(PARKING, "de")
    assert (shared.title, shared.local_texts) == ("Bewohnerparken beantragen", ())
    assert (shared.url, shared.apply_url) == (f"/anliegen/{PARKING}/", f"/antrag/{PARKING}/")
    actions.override_text(offering=parking, language="de", module="teaser", value="In Gera sofort", actor=None)
    local = queries.offered_service(PARKING, "de")
    assert (local.title, local.teaser, local.local_texts) == (shared.title, "In Gera sofort", ("teaser",))
    assert (local.source("teaser"), local.source("title")) == ("local", "shared")
    actions.override_text(offering=parking, language="de", module="teaser", value="", actor=None)
    assert queries.offered_service(PARKING, "de").teaser == shared.teaser


def test_english_keeps_the_shared_translation_but_follows_local_words(parking: Offering) -> None:
    assert queries.offered_service(PARKING, "en").title == "Apply for resident parking"
    assert queries.offered_service(PARKING, "en").apply_url == f"/en/antrag/{PARKING}/"
    actions.override_text(offering=parking, language="de", module="notes", value="Nur in Gera", actor=None)
    assert queries.offered_service(PARKING, "en").notes == "Nur in Gera"


@pytest.mark.parametrize(
    ("fee", "language", "value"),
    [(1850, "de", "18,50\xa0€"), (1850, "en", "€18.50"), (0, "de", "kostenlos"), (None, "de", "30,70 €")],
)
def test_the_local_fee_is_shown(parking: Offering, fee: int | None, language: str, value: str) -> None:
    actions.set_fee(offering=parking, fee_cents=fee, actor=None)
    with override("de"):
        assert queries.offered_service(PARKING, language).cost.value == value


def test_a_withdrawn_service_is_not_offered(parking: Offering) -> None:
    actions.withdraw(offering=parking, actor=None)
    with pytest.raises(OfferingNotFound):
        queries.offered_service(PARKING, "de")
    assert PARKING not in [service.slug for service in queries.most_wanted("de")]
    assert PARKING in [service.slug for service in queries.services_for_staff("de")]
    actions.publish(offering=parking, actor=None)
    assert queries.offered_service(PARKING, "de").slug == PARKING


def test_an_own_service_lives_without_a_definition(in_gera: Any) -> None:
    own(1)
    service = queries.offered_service("fundsache-1-abholen", "en")
    assert (service.title, service.definition, service.source("title"), service.apply_url) == (
        "Fundsache 1 abholen",
        None,
        "local",
        "",
    )


@pytest.mark.parametrize("count", [1, 3])
def test_lists_cost_one_query_however_long(parking: Offering, count: int) -> None:
    for number in range(count):
        own(number)
    queries.offered_services("de")
    for ask in (queries.offered_services, queries.most_wanted, lambda lang: queries.offered_service(PARKING, lang)):
        with CaptureQueriesContext(connection) as asked:
            ask("de")
        assert len(asked) == 1
    with CaptureQueriesContext(connection) as asked:
        queries.opening_today(datetime(2026, 11, 24, 10, tzinfo=BERLIN))
    assert len(asked) == 2
    with CaptureQueriesContext(connection) as asked:
        assert queries.search_services("parken", "de")
    assert len(asked) == 1


@pytest.mark.parametrize(
    "words",
    [
        "Bewohnerparkausweis",
        "bewohner parkausweis",
        "Anwohnerparken",
        "parkausweiss",
        "Bewonerparken",
        "PARKEN",
        "Ich möchte parken",
        "Strassenverkehr Parken",
    ],
)
def test_the_words_people_use_find_the_service(parking: Offering, words: str) -> None:
    assert queries.search_services(words, "de")[0].slug == PARKING


@pytest.mark.parametrize("words", ["Müllabfuhr", "muellabfuhr", "Mullabfuhr", "MÜLLABFUHR", "Mülabfuhr"])
def test_umlauts_are_found_in_every_spelling(in_gera: Any, words: str) -> None:
    actions.offer_own_service(title="Müllabfuhr bestellen", channel="office", published=True)
    assert [service.title for service in queries.search_services(words, "de")] == ["Müllabfuhr bestellen"]


def test_a_search_writes_nothing(in_gera: Any) -> None:
    assert queries.search_services("Raketenstart", "de") == []
    assert not SearchMiss.objects.exists()


def test_what_visitors_say_is_missing_is_counted_but_never_what_may_be_personal(in_gera: Any, portal: Any) -> None:
    for words in ("Raketenstart", "raketenstart", "max@example.org", "GE-7K3F", "  ", "a", "x\x00y", "parken"):
        assert portal.post("/suche/fehlt/", {"words": words}).status_code == 200
    assert list(SearchMiss.objects.values_list("words", "count")) == [("raketenstart", 2)]


def test_one_visitor_says_it_ten_times_an_hour(in_gera: Any, portal: Any) -> None:
    codes = [portal.post("/suche/fehlt/", {"words": "raketenstart"}).status_code for _try in range(12)]
    assert codes == [200] * 10 + [429] * 2
    assert SearchMiss.objects.get().count == 10


HOURS = {0: ((8, 12), (13, 16)), 1: ((8, 18),), 4: ((8, 12),)}


@pytest.fixture
def town_hall(in_gera: Any) -> Place:
    from datetime import time

    place = Place.objects.get(is_main=True)
    spans = {day: [(time(a), time(b)) for a, b in hours] for day, hours in HOURS.items()}
    actions.set_opening_hours(place=place, hours=spans)
    return place


@pytest.mark.parametrize(
    ("now", "words", "english"),
    [
        ((2026, 11, 24, 10, 0), "heute geöffnet bis 18 Uhr", "open today until 18:00"),
        ((2026, 11, 23, 12, 30), "öffnet heute um 13 Uhr", "opens today at 13:00"),
        ((2026, 11, 23, 12, 0), "öffnet heute um 13 Uhr", "opens today at 13:00"),
        ((2026, 11, 23, 17, 0), "öffnet morgen um 8 Uhr", "opens tomorrow at 8:00"),
        ((2026, 11, 25, 9, 0), "öffnet am Freitag um 8 Uhr", "opens on Friday at 8:00"),
        ((2026, 12, 24, 23, 0), "öffnet am Montag um 8 Uhr", "opens on Monday at 8:00"),
    ],
)
def test_opening_is_said_in_words(town_hall: Place, now: Any, words: str, english: str) -> None:
    opening = queries.opening_today(datetime(*now, tzinfo=BERLIN))
    assert opening.words == words
    with override("en"):
        assert opening.words == english


def test_special_days_count_before_the_week(town_hall: Place) -> None:
    from datetime import date, time

    tuesday = datetime(2026, 11, 24, 10, tzinfo=BERLIN)
    actions.add_special_day(place=town_hall, day=tuesday.date(), reason="Betriebsausflug")
    assert queries.opening_today(tuesday).words == "öffnet am Freitag um 8 Uhr"
    actions.add_special_day(place=town_hall, day=date(2026, 11, 24), opens=time(9), closes=time(11))
    assert queries.opening_today(tuesday).words == "heute geöffnet bis 11 Uhr"


def test_overlapping_hours_are_refused_by_the_database(town_hall: Place) -> None:
    def span(weekday: int, opens: str, closes: str) -> OpeningHours:
        return OpeningHours.objects.create(place=town_hall, weekday=weekday, opens=opens, closes=closes)

    span(0, "12:00", "13:00")
    for faulty in ((0, "11:00", "12:30"), (1, "18:00", "17:00"), (7, "08:00", "09:00")):
        with pytest.raises(IntegrityError), transaction.atomic():
            span(*faulty)


@pytest.mark.parametrize("fee", [-1, 10_000_001])
def test_an_impossible_fee_is_refused(parking: Offering, fee: int) -> None:
    with pytest.raises(CatalogueError):
        actions.set_fee(offering=parking, fee_cents=fee, actor=None)


def test_unknown_texts_and_settings_are_refused(parking: Offering) -> None:
    with pytest.raises(CatalogueError):
        actions.override_text(offering=parking, language="de", module="nonsense", value="x", actor=None)
    with pytest.raises(CatalogueError):
        actions.set_settings(offering=parking, settings={"nonsense": 1}, actor=None)


def test_the_zones_of_an_office_list_are_those_of_the_address(parking: Offering) -> None:
    actions.set_zones(offering=parking, text="Zone A: Mitte\nKornmarkt\nSorge 1–60 gerade", actor=None)
    settings = queries.offered_service(PARKING, "de").settings
    assert queries.zone_for_address(settings, "Sorge", "12") == "A"
    assert queries.zone_for_address(settings, "Sorge", "13") is None
