"""Every kind of question says how long its inputs may be, and refuses what is longer before it reads it."""

from __future__ import annotations

import tracemalloc
from typing import Any

import pytest

from services.forms.schema import FormContext
from services.forms.schema.kinds import KINDS
from services.forms.schema.model import Field

GERMAN = FormContext(language="de")
HUGE = 3_000_000


def question(kind: str) -> Field:
    more: dict[str, Any] = {"options": [{"value": "a", "label": "A"}]} if kind == "choice" else {}
    return Field(key="q", kind=kind, label="Frage", **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", KINDS)
def test_every_input_of_every_kind_has_a_maximum(kind: str) -> None:
    field = question(kind)
    limits = KINDS[kind].longest(field)
    assert tuple(limits) == KINDS[kind].inputs(field)
    assert all(limit > 0 for limit in limits.values())


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "file"])
@pytest.mark.parametrize("sign", ["1", "A", "ä", "\u0300", " x", "\n-"])
def test_what_is_too_long_is_refused_unread_with_the_maximum(kind: str, sign: str) -> None:
    field = question(kind)
    for name, limit in KINDS[kind].longest(field).items():
        typed = sign * HUGE
        tracemalloc.start()
        cleaned = KINDS[kind].clean(field, {name: typed}, GERMAN)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert cleaned.value is None
        assert f"höchstens {limit} Zeichen" in cleaned.errors[name]
        assert peak < 200_000


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in ("file", "checkbox")])
def test_an_answer_of_invisible_signs_is_no_answer(kind: str) -> None:
    field = question(kind)
    raw = dict.fromkeys(KINDS[kind].inputs(field), "\u200b\u202e\u3164")
    assert KINDS[kind].clean(field, raw, GERMAN) == KINDS[kind].clean(field, {}, GERMAN)
