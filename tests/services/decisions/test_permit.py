"""The parking permit's rules: every combination of facts has one outcome, and its reasons."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.decisions.engine import Decision, decide
from services.definitions.reading import PACKAGES, read_package, read_shelf

MET = {"zone": "A", "own_vehicle": True, "other_permits": 0}
CODES = ("address_in_zone", "vehicle_used", "only_permit")
ABSENT = object()


@pytest.fixture(scope="module")
def table() -> dict[str, Any]:
    return read_package(PACKAGES / "bewohnerparkausweis", read_shelf()).content["decision"]


def by_code(decision: Decision) -> dict[str, bool]:
    return {reason.code: reason.met for reason in decision.reasons}


def test_all_conditions_met_grants(table: dict[str, Any]) -> None:
    decision = decide(table, MET)
    assert decision.outcome == "grant"
    assert [reason.text for reason in decision.reasons] == [
        "Die Adresse liegt in der Bewohnerparkzone A.",
        "Das Auto ist nach eigener Angabe auf die antragstellende Person zugelassen.",
        "Die antragstellende Person hat keinen anderen gültigen Bewohnerparkausweis.",
    ]
    assert decision.reasons[0].in_language("en") == "The address lies in resident parking zone A."
    assert decision.reasons[0].source == "§ 45 Abs. 1b Satz 1 Nr. 2a StVO"


@pytest.mark.parametrize(
    ("facts", "unmet"),
    [
        ({"zone": None}, ["address_in_zone"]),
        ({"zone": ""}, ["address_in_zone"]),
        ({"own_vehicle": False}, ["vehicle_used"]),
        ({"own_vehicle": None}, ["vehicle_used"]),
        ({"other_permits": 1}, ["only_permit"]),
        ({"other_permits": None}, ["only_permit"]),
        ({"zone": None, "own_vehicle": False, "other_permits": 2}, list(CODES)),
    ],
)
def test_an_unmet_condition_goes_to_a_person(table: dict[str, Any], facts: dict[str, Any], unmet: list[str]) -> None:
    decision = decide(table, {**MET, **facts})
    assert decision.outcome == "clerk"
    assert [reason.code for reason in decision.unmet] == unmet


def test_the_keeper_s_statement_makes_up_for_somebody_else_s_car(table: dict[str, Any]) -> None:
    assert decide(table, {**MET, "own_vehicle": False, "keeper_statement": True}).outcome == "grant"
    assert decide(table, {**MET, "own_vehicle": False, "keeper_statement": False}).outcome == "clerk"


def test_a_missing_fact_is_unclear_and_not_a_no(table: dict[str, Any]) -> None:
    decision = decide(table, {"zone": "A"})
    assert {reason.code: reason.unclear for reason in decision.reasons} == {
        "address_in_zone": False,
        "vehicle_used": True,
        "only_permit": True,
    }


anything = st.sampled_from([ABSENT, None, True, False, 0, 1, 2, -1, 0.5, "", "A", "yes", [], {}])


@given(
    st.fixed_dictionaries(
        {"zone": anything, "own_vehicle": anything, "keeper_statement": anything, "other_permits": anything}
    )
)
def test_every_combination_of_facts_has_one_outcome_with_its_reasons(drawn: dict[str, Any]) -> None:
    facts = {name: value for name, value in drawn.items() if value is not ABSENT}
    table = read_package(PACKAGES / "bewohnerparkausweis", read_shelf()).content["decision"]
    decision = decide(table, facts)
    assert tuple(reason.code for reason in decision.reasons) == CODES
    own, statement, others = facts.get("own_vehicle"), facts.get("keeper_statement"), facts.get("other_permits")
    expected = {
        "address_in_zone": isinstance(facts.get("zone"), str) and facts["zone"] != "",
        "vehicle_used": own is True or (own is False and statement is True),
        "only_permit": isinstance(others, int) and not isinstance(others, bool) and others == 0,
    }
    assert by_code(decision) == expected
    assert decision.outcome == ("grant" if all(expected.values()) else "clerk")
    assert all(reason.text and reason.text_en and reason.source for reason in decision.reasons)
