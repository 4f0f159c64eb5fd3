"""Case numbers: what is typed wrongly is noticed, whatever it was."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.cases.numbers import ALPHABET, UNWANTED, canonical_number, check_character, new_number, prefix_of

bodies = st.text(ALPHABET, min_size=7, max_size=7)


def number(body: str) -> str:
    code = body + check_character(body)
    return f"GE-{code[:4]}-{code[4:]}"


@given(bodies)
def test_any_way_of_writing_it_is_understood(body: str) -> None:
    whole = number(body)
    assert canonical_number(whole) == whole
    assert canonical_number(f" {whole.lower().replace('-', ' ')} ") == whole
    assert canonical_number(whole.replace("-", "").replace("L", "1")) == whole


@given(bodies, st.integers(0, 7), st.sampled_from(ALPHABET))
def test_a_wrong_character_is_noticed(body: str, place: int, other: str) -> None:
    code = body + check_character(body)
    changed = code[:place] + other + code[place + 1 :]
    assert (canonical_number(f"GE{changed}") is None) == (changed != code)


@given(bodies, st.integers(0, 6))
def test_two_swapped_characters_are_noticed(body: str, place: int) -> None:
    code = body + check_character(body)
    swapped = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
    assert (canonical_number(f"GE{swapped}") is None) == (swapped != code)


@given(st.text(max_size=60))
def test_nonsense_is_no_number(text: str) -> None:
    found = canonical_number(text)
    assert found is None or canonical_number(found) == found


@pytest.mark.parametrize(
    ("slug", "prefix"),
    [("gera", "GE"), ("wurzen", "WU"), ("bad-langensalza", "BL"), ("ssbach", "SSB"), ("x", "XX"), ("", "RP")],
)
def test_the_prefix_comes_from_the_communes_name(slug: str, prefix: str) -> None:
    assert prefix_of(slug) == prefix


def test_numbers_hold_no_words_and_no_unwanted_letters() -> None:
    made = [new_number("gera") for _ in range(2000)]
    codes = [each[3:].replace("-", "") for each in made]
    assert not [code for code in codes if any(fragment in code for fragment in UNWANTED)]
    assert not set("".join(codes)) & set("AEIOU01")
