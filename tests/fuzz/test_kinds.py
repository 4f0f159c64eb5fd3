"""The kinds of question of the form engine: whatever is typed, an answer or a sentence, and little work."""

from __future__ import annotations

import json
import time
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.forms.schema import Field, FormContext
from services.forms.schema.kinds import KINDS
from tests.fuzz.asking import MOST_SECONDS
from tests.fuzz.nasties import LONG, NASTY, lengths_around

EXAMPLES = 2_000 if LONG else 60
CONTEXT = FormContext(settings={"plate_districts": ["G"]}, language="de", today=date(2026, 11, 27))
WILD = st.one_of(
    st.text(st.characters(), max_size=400),
    st.text("0123456789.,- /:٤²", max_size=60),
    st.text("ABÄÖZ -0123456789HE", max_size=60),
    st.text("a\u0301\u200b\u202e\ufeff\x00 ", max_size=300),
    st.integers().map(str),
    st.dates().map(lambda day: day.strftime("%d.%m.%Y")),
    st.emails(),
    st.sampled_from(list(NASTY.values())),
)
ODD_TYPES = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.lists(st.text(), max_size=3))


def field_of(kind: str) -> Field:
    """A field of a kind, with the least that it needs."""
    options = [{"value": "yes", "label": {"de": "Ja"}}] if kind == "choice" else []
    return Field.model_validate({"key": "field", "kind": kind, "label": {"de": "Feld"}, "options": options})


def clean(kind: str, raw: dict[str, Any]) -> Any:
    """What the kind makes of it, within the work that an answer may cost."""
    began = time.thread_time()
    cleaned = KINDS[kind].clean(field_of(kind), raw, CONTEXT)
    assert time.thread_time() - began < MOST_SECONDS
    return cleaned


def check(kind: str, raw: dict[str, Any]) -> None:
    """A value that can be stored, shown and read again as the same; or sentences."""
    cleaned = clean(kind, raw)
    if cleaned.errors:
        assert all(sentence.strip() for sentence in cleaned.errors.values())
    elif cleaned.value is not None and kind != "file":
        stored = json.dumps(cleaned.value, ensure_ascii=False)
        assert "\x00" not in stored
        stored.encode()  # a lone surrogate could not be stored
        assert KINDS[kind].show(field_of(kind), cleaned.value, "de").strip()
        again = KINDS[kind].clean(field_of(kind), KINDS[kind].as_raw(field_of(kind), cleaned.value), CONTEXT)
        assert again.value == cleaned.value


@pytest.mark.parametrize("kind", sorted(KINDS))
@settings(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck), derandomize=not LONG)
@given(data=st.data())
def test_whatever_is_typed_is_an_answer_or_a_sentence(kind: str, data: st.DataObject) -> None:
    names = KINDS[kind].inputs(field_of(kind))
    value = ODD_TYPES if data.draw(st.integers(0, 9)) == 0 else WILD
    check(kind, {name: data.draw(value) for name in names})


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_nasty_in_every_input_is_an_answer_or_a_sentence(kind: str) -> None:
    names = KINDS[kind].inputs(field_of(kind))
    for value in {**NASTY, **lengths_around(200)}.values():
        for name in names:
            check(kind, {**dict.fromkeys(names, "12"), name: value})
