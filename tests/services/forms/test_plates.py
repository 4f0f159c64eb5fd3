"""Licence plates: what people type, and what the registration office writes."""

from __future__ import annotations

import string
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.forms.plates import normalise_plate

upper = st.sampled_from(string.ascii_uppercase)
districts = st.text(st.sampled_from(string.ascii_uppercase + "ÄÖÜ"), min_size=1, max_size=3)
series = st.text(upper, min_size=1, max_size=2)
numbers = st.integers(1, 999).map(str)


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("g ab 123", "G-AB 123"),
        ("G-AB 123", "G-AB 123"),
        ("mtl-xy12", "MTL-XY 12"),
        ("MTLXY12", "MTL-XY 12"),
        ("A B 12", "A-B 12"),
        ("FLÖ-A 1", "FLÖ-A 1"),
        ("G-AB 123 E", "G-AB 123E"),
        ("fg – a 1 h", "FG-A 1H"),
        ("L·X·9999", "L-X 9999"),
        ("G-AB 0123", None),
        ("G-AB 12345", None),
        ("MTL-XY 1234", None),
        ("G-123", None),
        ("AB 12", "A-B 12"),
        ("AB-123", "A-B 123"),
        ("GABC 123", None),
        ("G-ÄB 12", None),
        ("Y-123456", None),
        ("", None),
    ],
)
def test_plates_as_people_type_them(typed: str, written: str | None) -> None:
    assert normalise_plate(typed) == written


def test_a_plate_without_a_gap_is_understood_only_by_the_commune_s_own_district() -> None:
    assert normalise_plate("GAB123") is None
    assert normalise_plate("GAB123", ["G"]) == "G-AB 123"
    assert normalise_plate("GAB123", ["G", "GA"]) is None


@given(districts, series, numbers, st.sampled_from(["", "E", "H"]), st.sampled_from([" ", "-", " - ", "  ", "."]))
def test_every_well_formed_plate_is_read_however_it_is_spaced(
    district: str, letters: str, number: str, suffix: str, gap: str
) -> None:
    expected = f"{district}-{letters} {number}{suffix}"
    assert normalise_plate(f"{district}{gap}{letters}{gap}{number}{suffix}".lower()) == expected


@given(st.text(max_size=15))
def test_normalising_twice_is_normalising_once(typed: str) -> None:
    plate = normalise_plate(typed)
    assert plate is None or normalise_plate(plate) == plate


def test_a_text_of_any_length_is_no_plate_and_costs_nothing() -> None:
    typed = "A" * 1_000_000 + "1"
    tracemalloc.start()
    assert normalise_plate(typed) is None
    assert normalise_plate("A" * 19 + "1") is None
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 100_000
