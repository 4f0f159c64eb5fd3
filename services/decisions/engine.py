"""Decide by a table: facts in, one outcome with its reasons out.

A fully automated administrative act needs a bound decision and a permission by law (§ 35a VwVfG); whether a
service may be decided this way is said by its definition (`automation`), not here. Three-valued: a
condition is met, not met, or unclear because a fact is missing. What is unclear never grants and never
rejects.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

from .table import DecisionTableError, canonical, checksum, compiled, validate_table

__all__ = ["Decision", "DecisionTableError", "Outcome", "Reason", "decide", "validate_table"]

Outcome = Literal["grant", "clerk", "reject"]


@dataclass(frozen=True, slots=True)
class Reason:
    """One condition of the decision. `met` is False as well when the fact is missing; then `unclear` is
    True.
    """

    code: str
    text: str
    met: bool
    source: str
    unclear: bool = False
    text_en: str = ""

    def in_language(self, language: str) -> str:
        """The sentence in „de“ or „en“."""
        return self.text_en if language[:2] == "en" and self.text_en else self.text


@dataclass(frozen=True, slots=True)
class Decision:
    """The outcome („grant“ by the system, „clerk“ decides, „reject“), why, and how the table came to it."""

    outcome: Outcome
    reasons: tuple[Reason, ...]
    trace: dict[str, Any]

    @property
    def unmet(self) -> tuple[Reason, ...]:
        """The conditions that kept the system from granting."""
        return tuple(reason for reason in self.reasons if not reason.met)


def decide(table: Mapping[str, Any], facts: Mapping[str, Any]) -> Decision:
    """Evaluate `table` (JDM; it gives `outcome` and the list `reasons`) on `facts` (JSON values).

    Deterministic and without effects: it may be run any number of times. Raises DecisionTableError when the
    table can't be run or gives something that is no decision; a grant with an unmet or unclear condition,
    or without any reason, is such a fault.
    """
    text = canonical(table)
    try:
        answer = compiled(text).evaluate(dict(facts), {"trace": True})
    except RuntimeError as error:
        message = str(error).split("Stack backtrace")[0].strip()
        raise DecisionTableError(f"Die Entscheidungstabelle ließ sich nicht auswerten: {message}") from error
    result = answer["result"]
    reasons = tuple(_reason(row) for row in result.get("reasons") or ())
    outcome = _outcome(result.get("outcome"), reasons)
    trace = {"rules": checksum(table), "facts": dict(facts), "nodes": answer.get("trace") or {}}
    return Decision(outcome=outcome, reasons=reasons, trace=trace)


def _reason(row: Mapping[str, Any]) -> Reason:
    text = row.get("text") or {}
    code, source, sentence = row.get("code"), row.get("source"), text.get("de")
    if not code or not source or not sentence:
        raise DecisionTableError(f"Einer Begründung fehlt „code“, „text.de“ oder „source“: {dict(row)}")
    met = row.get("met")
    return Reason(
        code=code,
        text=sentence,
        met=met is True,
        source=source,
        unclear=met is None,
        text_en=text.get("en", ""),
    )


def _outcome(outcome: object, reasons: tuple[Reason, ...]) -> Outcome:
    if outcome not in get_args(Outcome):
        raise DecisionTableError(f"Die Tabelle gibt kein Ergebnis „grant“, „clerk“ oder „reject“, sondern {outcome!r}.")
    if not reasons:
        raise DecisionTableError("Die Tabelle begründet ihr Ergebnis nicht („reasons“ ist leer).")
    if outcome == "grant" and not all(reason.met for reason in reasons):
        codes = ", ".join(reason.code for reason in reasons if not reason.met)
        raise DecisionTableError(f"Die Tabelle bewilligt, obwohl Voraussetzungen nicht erfüllt sind: {codes}.")
    if outcome == "reject" and any(reason.unclear for reason in reasons):
        raise DecisionTableError("Die Tabelle lehnt ab, obwohl Angaben fehlen.")
    return outcome  # type: ignore[return-value]
