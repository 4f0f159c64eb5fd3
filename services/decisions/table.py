"""A decision table (JDM) made ready: compiled once per content, checked cell by cell.

The engine answers an expression it can't read with „no match“ instead of an error. A typing mistake in a
rule would so turn into a different decision; therefore every cell is compiled here before a table may be
used.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

import zen

REQUIRED_NODES = ("inputNode", "outputNode", "decisionTableNode")


class DecisionTableError(ValueError):
    """The table can't be used; the message says where and why."""


def canonical(table: Mapping[str, Any]) -> str:
    """The table as text: equal tables give equal text."""
    return json.dumps(table, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def checksum(table: Mapping[str, Any]) -> str:
    """SHA-256 of the table's text: the version of the rules that a trace names."""
    return hashlib.sha256(canonical(table).encode()).hexdigest()


@lru_cache(maxsize=256)
def compiled(text: str) -> zen.ZenDecision:
    """The compiled decision of a canonical table. Safe in threads and after a fork (tests hold that)."""
    try:
        decision = zen.ZenEngine().create_decision(zen.ZenDecisionContent(text))
        decision.validate()
    except RuntimeError as error:
        raise DecisionTableError(f"Die Entscheidungstabelle ist kein gültiges JDM: {_first_line(error)}") from error
    return decision


def validate_table(table: Mapping[str, Any]) -> None:
    """Raises DecisionTableError for a table that the engine can't run or that has a faulty expression."""
    kinds = [node.get("type") for node in table.get("nodes", ())]
    for kind in REQUIRED_NODES:
        if kind not in kinds:
            raise DecisionTableError(f"Der Entscheidungstabelle fehlt ein Knoten der Art „{kind}“.")
    for place, expression, is_cell in _expressions(table):
        fault = zen.validate_unary_expression(expression) if is_cell else zen.validate_expression(expression)
        if fault:
            raise DecisionTableError(f"{place}: „{expression}“ ist kein gültiger Ausdruck ({fault['source']}).")
    compiled(canonical(table))


def _expressions(table: Mapping[str, Any]) -> Iterator[tuple[str, str, bool]]:
    """Every expression with its place, and whether it is a condition on the column's field."""
    for node in table["nodes"]:
        content = node.get("content") or {}
        name = node.get("name") or node.get("id")
        if node["type"] == "expressionNode":
            for line in content.get("expressions", ()):
                yield f"{name}, {line.get('key')}", line.get("value", ""), False
        if node["type"] == "decisionTableNode":
            yield from _table_expressions(name, content)


def _table_expressions(name: str, content: Mapping[str, Any]) -> Iterator[tuple[str, str, bool]]:
    conditions = {column["id"]: column.get("field") for column in content.get("inputs", ())}
    outputs = [column["id"] for column in content.get("outputs", ())]
    for column, field in conditions.items():
        if field:
            yield f"{name}, Spalte {column}", field, False
    for number, rule in enumerate(content.get("rules", ()), start=1):
        for column in (*conditions, *outputs):
            if rule.get(column):
                is_cell = bool(conditions.get(column))
                yield f"{name}, Regel {number}, Spalte {column}", rule[column], is_cell


def _first_line(error: RuntimeError) -> str:
    lines = [line.strip() for line in str(error).split("Stack backtrace")[0].splitlines() if line.strip()]
    return " ".join(lines)
