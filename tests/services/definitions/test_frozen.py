"""What is shared by all communes can't be written into by one of them."""

from __future__ import annotations

import copy
import json
import pickle
from collections.abc import Callable
from typing import Any

import pytest

from services.definitions.frozen import FrozenContentError, FrozenDict, FrozenList, freeze, thaw
from services.definitions.queries import definition

VALUE: dict[str, Any] = {"a": {"b": [1, {"c": "d"}]}, "e": None}


@pytest.mark.parametrize(
    "change",
    [
        lambda value: value.update(a=1),
        lambda value: value.__setitem__("a", 1),
        lambda value: value["a"].pop("b"),
        lambda value: value["a"]["b"].append(2),
        lambda value: value["a"]["b"].__setitem__(0, 2),
        lambda value: value["a"]["b"][1].setdefault("x", 1),
        lambda value: value["a"]["b"].sort(),
        lambda value: value["a"].__ior__({"x": 1}),
        lambda value: value["a"]["b"].__iadd__([1]),
    ],
)
def test_every_change_is_refused(change: Callable[[Any], Any]) -> None:
    frozen = freeze(VALUE)
    with pytest.raises(FrozenContentError):
        change(frozen)
    assert frozen == VALUE


@pytest.mark.parametrize(
    "copied",
    [copy.deepcopy, thaw, lambda value: pickle.loads(pickle.dumps(value)), lambda value: json.loads(json.dumps(value))],
)
def test_copies_are_ordinary(copied: Callable[[Any], Any]) -> None:
    made = copied(freeze(VALUE))
    assert made == VALUE
    assert (type(made), type(made["a"]), type(made["a"]["b"])) == (dict, dict, list)
    made["a"]["b"].append(2)


def test_a_merged_copy_is_ordinary_and_its_source_stays() -> None:
    frozen = freeze(VALUE)
    assert type(frozen | {"x": 1}) is dict
    assert type(frozen["a"]["b"] + [1]) is list
    assert type(dict(frozen)) is dict
    assert frozen == VALUE


def test_a_definition_in_the_process_s_memory_is_frozen(in_gera: Any) -> None:
    permit = definition("bewohnerparkausweis", 1)
    assert isinstance(permit.modules, FrozenDict)
    assert isinstance(permit.module("needs"), FrozenList)
    with pytest.raises(FrozenContentError):
        permit.modules["de"]["title"] = "Nur in Gera"
