"""An address finds its zone however it is spelled."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.catalogue.areas import house_number, street_key, zone_for_address
from services.catalogue.faults import ZoneSyntaxError
from services.catalogue.zones import read_zones, write_zones

ZONES: dict[str, Any] = {
    "zones": [
        {
            "key": "A",
            "name": "Innenstadt",
            "streets": [
                {"street": "Kornmarkt"},
                {"street": "Sorge", "from": 1, "to": 60},
                {"street": "Heinrich-Heine-Straße", "from": 2, "to": 30, "side": "even"},
                {"street": "Große Kirchstraße", "from": "3a", "to": "12b"},
            ],
        },
        {"key": "B", "name": "Ostviertel", "streets": [{"street": "Sorge"}, {"street": "St.-Elisabeth-Platz"}]},
    ]
}


@pytest.mark.parametrize(
    ("street", "number", "zone"),
    [
        ("Kornmarkt", "12", "A"),
        ("kornmarkt", "", "A"),
        ("Sorge", "60", "A"),
        ("Sorge", "60 b", "A"),
        ("Sorge", "61", "B"),
        ("Sorge", "", "B"),
        ("Sorge 12", "", "A"),
        ("Heinrich-Heine-Str.", "4", "A"),
        ("HEINRICH HEINE STRASSE", "4", "A"),
        ("Heinrich Heinestr", "30", "A"),
        ("Heinrich-Heine-Straße", "5", None),
        ("Grosse Kirchstr.", "3", None),
        ("Große Kirchstraße", "3a", "A"),
        ("Große Kirchstraße", "12b", "A"),
        ("Große Kirchstraße", "12c", None),
        ("Große Kirchstraße", "4–6", "A"),
        ("Sankt Elisabeth Pl.", "1", "B"),
        ("Kornmarktstraße", "1", None),
        ("", "1", None),
        ("   ", None, None),
    ],
)
def test_an_address_lies_in_its_zone(street: str, number: str | None, zone: str | None) -> None:
    assert zone_for_address(ZONES, street, number) == zone


@pytest.mark.parametrize("settings", [{}, {"zones": None}, {"zones": [{"key": "A"}]}])
def test_without_zones_no_address_lies_in_one(settings: dict[str, Any]) -> None:
    assert zone_for_address(settings, "Kornmarkt", "1") is None


@pytest.mark.parametrize(
    ("text", "number"),
    [("12", (12, "")), ("12 B", (12, "b")), ("12-14", (12, "")), ("Nr. 7", (7, "")), ("", None), ("ohne", None)],
)
def test_house_numbers_are_read_as_written(text: str, number: tuple[int, str] | None) -> None:
    assert house_number(text) == number


STREETS = st.sampled_from(["Straße", "straße", "STRASSE", "Str.", "strasse", "str", "Strasse"])
NAMES = st.text(alphabet="abcdefghijklmnoprtuvwäöüß", min_size=3, max_size=12)


@given(NAMES, STREETS, STREETS)
def test_every_spelling_of_a_street_is_the_same_street(name: str, one: str, other: str) -> None:
    assert street_key(f"{name.title()}{one.lower()}") == street_key(f"{name.upper()}{other.upper()}")
    assert street_key(f"{name}-{one}") == street_key(f"{name} {other}")


@given(NAMES)
def test_umlauts_and_their_transcription_are_the_same(name: str) -> None:
    written = name.replace("ä", "ae").replace("ö", "oe").replace("ü", "ue").replace("ß", "ss")
    assert street_key(name) == street_key(written)


@given(st.integers(1, 500), st.integers(1, 500), st.integers(1, 500), st.sampled_from([None, "even", "odd"]))
def test_a_range_covers_exactly_its_numbers(first: int, last: int, number: int, side: str | None) -> None:
    entry = {"street": "Weg", "from": first, "to": last} | ({"side": side} if side else {})
    inside = first <= number <= last and side in (None, "even" if number % 2 == 0 else "odd")
    zone = zone_for_address({"zones": [{"key": "A", "streets": [entry]}]}, "Weg", str(number))
    assert zone == ("A" if inside else None)


ENTRIES = st.fixed_dictionaries(
    {"street": st.sampled_from(["Kornmarkt", "Straße des 17. Juni", "Am Alten Tor", "Zschochern"])},
    optional={
        "from": st.one_of(st.integers(1, 99), st.sampled_from(["1a", "2b"])),
        "to": st.one_of(st.integers(100, 999), st.sampled_from(["100a", "100b"])),
        "side": st.sampled_from(["even", "odd"]),
    },
)
ZONE_LISTS = st.lists(
    st.fixed_dictionaries(
        {
            "key": st.sampled_from(["A", "B", "C1", "Nord"]),
            "name": st.sampled_from(["", "Innenstadt", "Ost: am Bahnhof"]),
            "streets": st.lists(ENTRIES, max_size=4),
        }
    ),
    unique_by=lambda zone: zone["key"],
    max_size=3,
)


@given(ZONE_LISTS)
def test_zones_survive_being_written_and_read(zones: list[dict[str, Any]]) -> None:
    assert read_zones(write_zones(zones)) == zones


@given(st.text(max_size=80))
def test_any_text_is_either_zones_or_a_clear_fault(text: str) -> None:
    faults: tuple[str, ...] | None = None
    try:
        read_zones(text)
    except ZoneSyntaxError as error:
        faults = error.faults
    assert faults is None or all(faults)


def test_faults_name_their_lines() -> None:
    with pytest.raises(ZoneSyntaxError) as caught:
        read_zones("Kornmarkt\nZone A: Mitte\nSorge 60–1\nSorge –\nZone A\n")
    assert [fault.split(":")[0] for fault in caught.value.faults] == ["Zeile 1", "Zeile 3", "Zeile 4", "Zeile 5"]


@pytest.mark.parametrize(
    ("line", "entry"),
    [
        ("Sorge 1–60", {"street": "Sorge", "from": 1, "to": 60}),
        ("Sorge 1 a – 60 b ungerade", {"street": "Sorge", "from": "1a", "to": "60b", "side": "odd"}),
        ("Sorge 12 a", {"street": "Sorge", "from": "12a", "to": "12a"}),
        ("Sorge ab 3 –", {"street": "Sorge ab", "from": 3}),
        ("Straße des 17. Juni -5 gerade", {"street": "Straße des 17. Juni", "to": 5, "side": "even"}),
        ("Platz 9 7", {"street": "Platz 9", "from": 7, "to": 7}),
        ("Am\u00a0\u200bMarkt\t 3", {"street": "Am Markt", "from": 3, "to": 3}),
    ],
)
def test_a_line_is_read_word_by_word(line: str, entry: dict[str, Any]) -> None:
    assert read_zones(f"Zone A: Mitte\n{line}")[0]["streets"] == [entry]


@pytest.mark.parametrize("line", ["a" + " " * 59_000 + "!", "a 1-" * 15_000, "Zone A" + " :" * 20_000])
def test_a_line_longer_than_any_street_is_refused_unread(line: str) -> None:
    with pytest.raises(ZoneSyntaxError) as refused:
        read_zones(f"Zone A: Mitte\n{line}")
    assert refused.value.faults == ("Zeile 2: Kürzen Sie die Zeile auf höchstens 200 Zeichen.",)


def test_a_number_in_the_street_is_found_whatever_stands_around_it() -> None:
    settings = {"zones": [{"key": "A", "streets": [{"street": "Sorge", "from": 1, "to": 60}]}]}
    for typed in ("Sorge 12", "Sorge 12a", "Sorge  12 a - 14 b", "Sorge 12/14"):
        assert zone_for_address(settings, typed) == "A"
    assert zone_for_address(settings, "Sorge" + " 1" * 50_000) is None
