"""The one door for text: nothing invisible gets in, nothing too long is read, and one person has one key."""

from __future__ import annotations

import unicodedata

import pytest
from django import forms
from django.core.exceptions import ValidationError
from hypothesis import example, given
from hypothesis import strategies as st

from tenants.communes.fields import LineField, MailField, NumberField, ProseField, TextField
from tenants.communes.text import MOST_MARKS, has_unstorable_signs, person_key, tidy_line, tidy_prose, tidy_text

ANYTHING = st.text(st.characters(codec=None, exclude_categories=[]), max_size=60)
INVISIBLE = "\u200b\u200c\u200d\u2060\u202a\u202e\u2066\u2069\ufeff\u00ad\u034f\u3164\u115f\u180e\ufe0f\U000e0041"


@given(ANYTHING)
@example("\u212b\u200d\u212b")  # the sign for Ångström is no foreign letter
def test_what_is_kept_can_be_seen_and_stored_and_is_kept_again(typed: str) -> None:
    for tidy in (tidy_line, tidy_prose, tidy_text):
        kept = tidy(typed)
        assert tidy(kept) == kept
        assert not has_unstorable_signs(kept)
        assert unicodedata.is_normalized("NFC", kept)
    assert {unicodedata.category(sign) for sign in tidy_line(typed)}.isdisjoint({"Cc", "Cf", "Cs", "Co", "Cn"})


@pytest.mark.parametrize("sign", INVISIBLE)
def test_an_invisible_sign_is_dropped_and_alone_is_nothing(sign: str) -> None:
    assert tidy_line(f"Max{sign} Dop{sign}pelt") == "Max Doppelt"
    assert tidy_line(sign * 3) == ""
    assert tidy_text(f"{sign}\n{sign}") == ""
    assert person_key(f"Max{sign}") == person_key("Max")


def test_free_text_keeps_joiners_where_a_script_needs_them() -> None:
    assert tidy_prose("می\u200cخواهم 👩\u200d👧 a\u200db") == "می\u200cخواهم 👩\u200d👧 ab"
    assert tidy_text("می\u200cخواهم") == "می\u200cخواهم"
    assert tidy_line("می\u200cخواهم") == "میخواهم"


def test_lines_are_kept_and_spaces_are_not() -> None:
    assert tidy_line(" a\t\u00a0b\u2003\u2028c\r\n") == "a b c"
    assert tidy_text("\r\n a \r\n\r\n\r\n\r\nb\rc\n") == "a\n\nb\nc"


def test_marks_without_end_are_cut_before_they_are_sorted() -> None:
    kept = tidy_line("a" + "\u0315\u0300" * 100_000)
    assert len(kept) <= MOST_MARKS + 1


@pytest.mark.parametrize(
    "other",
    [
        "ERIKA MÜLLER",
        "Erika Mueller",
        "Erika Mu\u0308ller",
        "Erika\u200b Müller",
        "Erika Müller\u202e",
        "Ｅｒｉｋａ　Ｍüller",
        "Erika-Müller",
        "Érika Müller",
        "Еrіkа Müller",  # Cyrillic letters
    ],
)
def test_one_person_has_one_key_however_the_name_is_typed(other: str) -> None:
    assert person_key(other) == person_key("Erika Müller")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Zoë Jäger", "Zoё Jӓger"),  # Cyrillic letters with marks
        ("Anaïs", "Anaїs"),
        ("Óscar", "Όscar"),  # Greek
        ("Sven", "Sνen"),  # small letters that look like another one than their capitals
        ("Niklas", "Νiκlas"),
        ("Ida", "Ӏda"),
        ("Lisa", "Lısa"),
        ("Olaf", "Օlaf"),  # Armenian
        ("Paul", "Ꮲaul"),  # Cherokee
        ("Łukasz", "Lukasz"),
        ("Иван Каменев", "ИВАН КАМЕНЕВ"),
        ("Νίκος", "ΝΙΚΟΣ"),
    ],
)
def test_letters_that_look_alike_are_one_and_so_are_a_letter_and_its_capital(one: str, other: str) -> None:
    assert person_key(one) == person_key(other)


def test_two_persons_have_two_keys() -> None:
    assert len({person_key(name) for name in ("Erika Müller", "Erik Müller", "Erika Muster", "Иван", "李雷")}) == 5


class _Sample(forms.Form):
    line = LineField(max_length=10, required=False)
    prose = ProseField(max_length=10, required=False)
    text = TextField(max_length=10, required=False)
    mail = MailField(required=False)
    number = NumberField(required=False)


@pytest.mark.parametrize("name", ["line", "prose", "text"])
def test_a_field_names_its_maximum(name: str) -> None:
    for typed in ("a" * 11, "a " * 1_000_000):
        assert _Sample({name: typed}).errors == {
            name: [f"Kürzen Sie den Text auf höchstens 10 Zeichen. Jetzt sind es {len(typed)}."]
        }
    assert _Sample({name: " \u200b" + "a" * 10 + " " * 50}).is_valid()


def test_a_required_field_is_not_met_by_what_cannot_be_seen() -> None:
    with pytest.raises(ValidationError) as refused:
        LineField(max_length=10).clean("\u200b\u3164")
    assert [error.code for error in refused.value.error_list] == ["required"]


def test_an_address_is_read_without_invisible_signs() -> None:
    form = _Sample({"mail": " erika\u200b@example. de "})
    assert form.is_valid()
    assert form.cleaned_data["mail"] == "erika@example.de"
    assert "mail" in _Sample({"mail": "a" * 300_000 + "@example.de"}).errors


def test_a_number_of_a_million_digits_is_not_read() -> None:
    assert "number" in _Sample({"number": "1" * 1_000_000}).errors
    assert _Sample({"number": "17"}).is_valid()
