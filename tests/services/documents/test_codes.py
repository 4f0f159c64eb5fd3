"""Verify codes survive people."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.documents.codes import ALPHABET, RANDOM_CHARACTERS, canonical, grouped, new_code

codes = st.builds(new_code)


def test_a_code_holds_more_than_sixty_bits() -> None:
    assert RANDOM_CHARACTERS * math.log2(len(ALPHABET)) > 60


def test_nothing_in_the_alphabet_looks_like_something_else() -> None:
    assert not set("01ILO") & set(ALPHABET)
    assert len(set(ALPHABET)) == len(ALPHABET) == 31


@given(codes)
def test_what_is_printed_can_be_typed_in_any_way(code: str) -> None:
    assert canonical(grouped(code)) == code
    assert canonical(f" {grouped(code).lower().replace('-', ' – ')} ") == code


@given(codes, st.data())
def test_one_wrong_character_is_always_noticed(code: str, data: st.DataObject) -> None:
    position = data.draw(st.integers(0, len(code) - 1))
    wrong = data.draw(st.sampled_from([character for character in ALPHABET if character != code[position]]))
    assert canonical(code[:position] + wrong + code[position + 1 :]) is None


@given(codes, st.data())
def test_two_swapped_characters_are_always_noticed(code: str, data: st.DataObject) -> None:
    position = data.draw(st.integers(0, len(code) - 2))
    swapped = code[:position] + code[position + 1] + code[position] + code[position + 2 :]
    assert canonical(swapped) is None or swapped == code


@given(st.text())
def test_any_text_is_either_a_code_or_not(text: str) -> None:
    code = canonical(text)
    assert code is None or len(code) == 16


@pytest.mark.parametrize("text", ["", "-", "x" * 5000, "7K3F-29MX"])
def test_rubbish_is_no_code(text: str) -> None:
    assert canonical(text) is None
