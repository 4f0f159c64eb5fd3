"""The engine: faulty tables are refused, a decision is the same in every thread and process."""

from __future__ import annotations

import copy
import multiprocessing
import os
import signal
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from services.decisions.engine import DecisionTableError, decide, validate_table
from services.decisions.table import canonical, checksum, compiled


def table(*, outcome: str = "'clerk'", met: str = "false", **reason: str) -> dict[str, Any]:
    """The smallest table: one row that gives an outcome and one reason."""
    outputs = {"code": "'a'", "text.de": "'Satz'", "source": "'§ 1'", **reason}
    columns = [{"id": f"o{number}", "name": name, "field": name} for number, name in enumerate([*outputs, "met"])]
    cells = {column["id"]: value for column, value in zip(columns, [*outputs.values(), met], strict=True)}
    return {
        "nodes": [
            {"id": "in", "type": "inputNode", "name": "in"},
            node("reasons", columns, [{"_id": "1", "i": "", **cells}], hitPolicy="collect", outputPath="reasons"),
            node("end", [{"id": "o", "name": "outcome", "field": "outcome"}], [{"_id": "1", "i": "", "o": outcome}]),
            {"id": "out", "type": "outputNode", "name": "out"},
        ],
        "edges": [edge("in", "reasons"), edge("reasons", "end"), edge("end", "out")],
    }


def node(name: str, outputs: list[Any], rules: list[Any], **content: Any) -> dict[str, Any]:
    inputs = [{"id": "i", "name": "x", "field": "x"}]
    rest = {"hitPolicy": "first", "passThrough": True, "executionMode": "single", "inputField": None}
    made = rest | {"outputPath": None, "inputs": inputs, "outputs": outputs, "rules": rules} | content
    return {"id": name, "type": "decisionTableNode", "name": name, "content": made}


def edge(source: str, target: str) -> dict[str, str]:
    return {"id": source, "type": "edge", "sourceId": source, "targetId": target}


def test_the_trace_names_the_rules_and_the_facts() -> None:
    decision = decide(table(), {"x": 1})
    assert decision.trace["rules"] == checksum(table())
    assert decision.trace["facts"] == {"x": 1}
    assert set(decision.trace["nodes"]) == {"in", "reasons", "end", "out"}


@pytest.mark.parametrize(
    ("faulty", "sentence"),
    [
        (table(outcome="'maybe'"), "kein Ergebnis"),
        (table(outcome="null"), "kein Ergebnis"),
        (table(outcome="'grant'"), "bewilligt, obwohl"),
        (table(outcome="'grant'", met="null"), "bewilligt, obwohl"),
        (table(outcome="'reject'", met="null"), "lehnt ab, obwohl Angaben fehlen"),
        (table(source="''"), "Einer Begründung fehlt"),
    ],
)
def test_a_decision_that_is_none_is_refused(faulty: dict[str, Any], sentence: str) -> None:
    with pytest.raises(DecisionTableError, match=sentence):
        decide(faulty, {})


def test_a_refusal_by_rule_is_possible_where_the_facts_are_known() -> None:
    assert decide(table(outcome="'reject'"), {}).outcome == "reject"
    assert decide(table(outcome="'grant'", met="true"), {}).outcome == "grant"


def test_a_table_without_reasons_is_refused() -> None:
    faulty = table()
    faulty["nodes"][1]["content"]["rules"] = []
    with pytest.raises(DecisionTableError, match="begründet ihr Ergebnis nicht"):
        decide(faulty, {})


@pytest.mark.parametrize(
    ("place", "sentence"),
    [("condition", "Regel 1, Spalte i"), ("output", "Regel 1, Spalte o"), ("field", "end, Spalte i")],
)
def test_a_faulty_expression_is_named_because_the_engine_would_stay_silent(place: str, sentence: str) -> None:
    faulty = copy.deepcopy(table())
    content = faulty["nodes"][2]["content"]
    match place:
        case "condition":
            content["rules"][0]["i"] = "> > 3"
        case "output":
            content["rules"][0]["o"] = "'clerk"
        case _:
            content["inputs"][0]["field"] = "all(reasons, #.met ==="
    with pytest.raises(DecisionTableError, match=sentence):
        validate_table(faulty)


@pytest.mark.parametrize("faulty", [{}, {"nodes": []}, {"nodes": [{"id": "in", "type": "inputNode", "name": "in"}]}])
def test_a_table_without_its_nodes_is_refused(faulty: dict[str, Any]) -> None:
    with pytest.raises(DecisionTableError, match="fehlt ein Knoten"):
        validate_table(faulty)


def test_equal_tables_are_compiled_once() -> None:
    assert compiled(canonical(table())) is compiled(canonical(copy.deepcopy(table())))


def test_many_threads_decide_alike() -> None:
    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(lambda number: decide(table(), {"x": number}).outcome, range(800)))
    assert set(outcomes) == {"clerk"}


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_a_decision_compiled_before_a_fork_works_in_the_child() -> None:
    """A prefork worker inherits the compiled table; a hanging child would be ended by its alarm."""
    decide(table(), {})
    child = multiprocessing.get_context("fork").Process(target=decide_in_child)
    child.start()
    child.join(20)
    assert child.exitcode == 0


def decide_in_child() -> None:
    signal.alarm(15)
    os._exit(0 if decide(table(), {"x": 2}).outcome == "clerk" else 1)
