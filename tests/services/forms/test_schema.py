"""A form as a value: what is refused, what is asked, what an answer means."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.definitions.reading import PACKAGES, read_package, read_shelf
from services.forms.schema import (
    FormContext,
    FormError,
    FormSchema,
    answers_by_meaning,
    effective_answers,
    first_open_step,
    next_step,
    previous_step,
    raw_for,
    remaining_errors,
    summary,
    validate_step,
    visible_fields,
    visible_steps,
)
from services.forms.schema.kinds import KINDS

GERA = FormContext(settings={"plate_districts": ["G"]}, language="de", today=date(2026, 11, 22))
FILE = {"upload": 7, "name": "erklaerung.pdf", "size": 9, "type": "application/pdf"}
PERMIT_INPUTS = [
    *("address_street", "address_number", "address_postcode", "address_city", "plate", "own_vehicle"),
    *("keeper_statement", "given_name", "family_name", "birth_date", "email", "truth", "privacy"),
]
ANSWERS: dict[str, Any] = {
    "address": {"street": "Kornmarkt", "number": "12", "postcode": "07545", "city": "Gera"},
    "plate": "G-AB 123",
    "own_vehicle": "no",
    "keeper_statement": FILE,
    "given_name": "Erika",
    "family_name": "Muster",
    "birth_date": "1984-03-27",
    "email": "erika@example.de",
    "truth": True,
    "privacy": True,
}


@pytest.fixture(scope="module")
def permit() -> FormSchema:
    package = read_package(PACKAGES / "bewohnerparkausweis", read_shelf())
    raw = package.content["form"]
    raw["steps"][0]["fields"][0].pop("check")
    raw["steps"][0]["fields"][0].pop("override")
    return FormSchema.from_dict(raw)


def form(*steps: dict[str, Any]) -> FormSchema:
    return FormSchema.from_dict({"steps": steps})


def step(key: str, *fields: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"key": key, "title": key, "fields": [{"label": field["key"], **field} for field in fields], **more}


@pytest.mark.parametrize(
    ("steps", "sentence"),
    [
        ([], "steps"),
        ([step("a", {"key": "x", "kind": "nothing"})], "steps.0.fields.0.kind"),
        ([step("a", {"key": "x", "kind": "text", "colour": "red"})], "steps.0.fields.0.colour"),
        ([step("a", {"key": "x", "kind": "choice"})], "„options“ gehört zu „choice“"),
        ([step("pruefen", {"key": "x", "kind": "text"})], "„pruefen“ ist als Name einer Seite vergeben"),
        ([step("a", {"key": "x", "kind": "text"}), step("a", {"key": "y", "kind": "text"})], "zweimal"),
        ([step("a", {"key": "x", "kind": "text"}), step("b", {"key": "x", "kind": "text"})], "zweimal"),
        ([step("a", {"key": "x", "kind": "text", "when": {"field": "y", "is": "1"}})], "früheren Schritt"),
        ([step("a", {"key": "x", "kind": "text", "override": "doch"})], "„override“ ergibt nur mit „check“"),
        ([step("a", {"key": "x", "kind": "text", "when": {"field": "y"}})], "„when“ braucht genau eine"),
    ],
)
def test_a_faulty_form_is_refused_with_its_place(steps: list[dict[str, Any]], sentence: str) -> None:
    with pytest.raises(FormError, match=sentence):
        FormSchema.from_dict({"steps": steps})


def test_the_statement_is_asked_only_for_somebody_else_s_car(permit: FormSchema) -> None:
    own = {**ANSWERS, "own_vehicle": "yes"}
    assert "erklaerung" not in [step.key for step in visible_steps(permit, own)]
    assert "erklaerung" in [step.key for step in visible_steps(permit, ANSWERS)]
    assert "keeper_statement" not in effective_answers(permit, own)
    assert "erklaerung.pdf" not in [row.value for row in summary(permit, own)]


def test_the_way_through_the_form_goes_forward_and_back(permit: FormSchema) -> None:
    way = [step.key for step in visible_steps(permit, ANSWERS)]
    assert way[0] == "adresse"
    assert way[-1] == "erklaerungen"
    assert [next_step(permit, ANSWERS, key).key for key in way[:-1]] == way[1:]  # type: ignore[union-attr]
    assert next_step(permit, ANSWERS, way[-1]) is None
    assert [previous_step(permit, ANSWERS, key).key for key in way[1:]] == way[:-1]  # type: ignore[union-attr]
    assert previous_step(permit, ANSWERS).key == way[-1]  # type: ignore[union-attr]


def test_the_first_open_step_is_the_first_without_an_answer(permit: FormSchema) -> None:
    assert first_open_step(permit, {}).key == "adresse"  # type: ignore[union-attr]
    assert first_open_step(permit, {**ANSWERS, "keeper_statement": None}).key == "erklaerung"  # type: ignore[union-attr]
    assert first_open_step(permit, ANSWERS) is None


def test_complete_answers_have_no_remaining_errors(permit: FormSchema) -> None:
    assert remaining_errors(permit, ANSWERS, GERA) == {}
    assert list(remaining_errors(permit, {**ANSWERS, "plate": "nonsense"}, GERA)) == ["kennzeichen"]


def test_answers_are_found_by_their_meaning(permit: FormSchema) -> None:
    meant = answers_by_meaning(permit, ANSWERS)
    assert meant["applicant.email"] == "erika@example.de"
    assert meant["vehicle.plate"] == "G-AB 123"
    assert meant["applicant.address"]["street"] == "Kornmarkt"


def test_the_plate_s_error_names_an_example_of_the_commune(permit: FormSchema) -> None:
    typed = validate_step(permit, "kennzeichen", {"plate": "G 123"}, {}, GERA)
    assert typed.errors == {
        "plate": "Geben Sie Ihr Kennzeichen so ein: G-AB 123. Lassen Sie Abstand zwischen Ort und Buchstaben."
    }
    empty = validate_step(permit, "kennzeichen", {}, {}, GERA)
    assert empty.errors == {"plate": "Geben Sie Ihr Kennzeichen so ein: G-AB 123."}
    wurzen = FormContext(settings={"plate_districts": ["L", "WUR"]}, language="en")
    assert validate_step(permit, "kennzeichen", {}, {}, wurzen).errors == {
        "plate": "Enter your licence plate like this: L-AB 123."
    }


def test_each_part_of_an_address_has_its_own_error(permit: FormSchema) -> None:
    raw = {"address_street": " Korn  markt ", "address_number": "zwölf", "address_postcode": "7545"}
    assert validate_step(permit, "adresse", raw, {}, GERA).errors == {
        "address_number": "Geben Sie die Hausnummer so ein: 12 oder 12a.",
        "address_postcode": "Geben Sie die Postleitzahl mit fünf Ziffern ein.",
        "address_city": "Geben Sie den Ort ein.",
    }


@pytest.mark.parametrize("name", ["http://evil.example", "www.Evil.example", "a@evil.example"])
@pytest.mark.parametrize("field", ["given_name", "family_name"])
def test_a_name_is_no_link(permit: FormSchema, field: str, name: str) -> None:
    typed = {"given_name": "Dr. Ada 2.", "family_name": "Beyer-O'Neill (geb. Muster)", "birth_date": "27.3.1984"}
    assert not validate_step(permit, "person", typed, {}, GERA).errors
    refused = validate_step(permit, "person", typed | {field: f"Ada {name}"}, {}, GERA)
    assert refused.errors == {field: "Schreiben Sie nur den Namen, ohne Adressen und Links."}


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("27.3.1984", "1984-03-27"),
        ("27.03.1984", "1984-03-27"),
        ("1984-03-27", "1984-03-27"),
        ("27 3 1984", "1984-03-27"),
    ],
)
def test_a_date_is_read_as_people_write_it(permit: FormSchema, typed: str, kept: str) -> None:
    assert validate_step(permit, "person", {"birth_date": typed}, {}, GERA).answers["birth_date"] == kept


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", "Geben Sie Ihr Geburtsdatum so ein: 27.3.1984."),
        ("31.2.1984", "Geben Sie das Datum so ein: 27.3.1984."),
        ("27.3.84", "Geben Sie das Datum so ein: 27.3.1984."),
        ("23.11.2026", "Das Datum darf nicht nach dem 22.11.2026 liegen."),
        ("1.1.1899", "Das Datum darf nicht vor dem 1.1.1900 liegen."),
    ],
)
def test_a_wrong_date_says_what_to_do(permit: FormSchema, typed: str, sentence: str) -> None:
    assert validate_step(permit, "person", {"birth_date": typed}, {}, GERA).errors["birth_date"] == sentence


def test_a_file_stays_when_none_is_chosen_anew(permit: FormSchema) -> None:
    assert validate_step(permit, "erklaerung", {}, ANSWERS, GERA).answers == {"keeper_statement": FILE}


def test_a_step_that_is_not_asked_gives_nothing(permit: FormSchema) -> None:
    assert validate_step(permit, "erklaerung", {}, {"own_vehicle": "yes"}, GERA).answers == {}
    with pytest.raises(KeyError):
        validate_step(permit, "unbekannt", {}, {}, GERA)


def test_the_summary_speaks_both_languages(permit: FormSchema) -> None:
    german = {row.label: row.value for row in summary(permit, ANSWERS, "de")}
    english = {row.label: row.value for row in summary(permit, ANSWERS, "en")}
    assert german["Geburtsdatum"] == "27.03.1984"
    assert german["Adresse"] == "Kornmarkt 12, 07545 Gera"
    assert german["Auf Sie zugelassen"] == "Nein, auf jemand anderen"
    assert english["Registered in your name"] == "No, in another name"


# ---- properties over invented forms


ONE_LINE = st.text(max_size=30)
INPUTS: dict[str, st.SearchStrategy[Any]] = {
    "text": ONE_LINE,
    "textarea": st.text(max_size=80),
    "email": st.one_of(st.emails(), ONE_LINE),
    "phone": st.one_of(st.from_regex(r"\+?[0-9 /-]{5,15}", fullmatch=True), ONE_LINE),
    "date": st.one_of(st.dates().map(lambda day: f"{day.day}.{day.month}.{day.year:04}"), ONE_LINE),
    "choice": st.sampled_from(["a", "b", "z", ""]),
    "checkbox": st.sampled_from(["on", "", None]),
    "licence_plate": st.one_of(st.from_regex(r"[A-Z]{1,3}-[A-Z]{1,2} [1-9][0-9]{0,3}", fullmatch=True), ONE_LINE),
}
CHOICE = {"options": [{"value": "a", "label": "A"}, {"value": "b", "label": "B"}]}


@st.composite
def invented_forms(draw: st.DrawFn) -> FormSchema:
    """One to six steps of one to three fields; steps and fields may depend on an earlier choice."""
    steps: list[dict[str, Any]] = []
    choices: list[str] = []
    for number in range(draw(st.integers(1, 6))):
        fields = [invented_field(draw, f"f{number}_{place}", choices) for place in range(draw(st.integers(1, 3)))]
        steps.append(step(f"s{number}", *fields, **when(draw, choices)))
        choices += [field["key"] for field in fields if field["kind"] == "choice"]
    return form(*steps)


def invented_field(draw: st.DrawFn, key: str, choices: list[str]) -> dict[str, Any]:
    kind = draw(st.sampled_from(sorted(INPUTS)))
    made = {"key": key, "kind": kind, "required": draw(st.booleans()), **when(draw, choices)}
    return made | (CHOICE if kind == "choice" else {})


def when(draw: st.DrawFn, choices: list[str]) -> dict[str, Any]:
    if not choices or draw(st.booleans()):
        return {}
    test = draw(st.sampled_from([{"is": "a"}, {"is_not": "a"}, {"in": ["a", "b"]}]))
    return {"when": {"field": draw(st.sampled_from(choices)), **test}}


def fill_in(draw: st.DrawFn, schema: FormSchema) -> dict[str, Any]:
    """Answers as a person would leave them: every step once, valid parts kept, some for questions no longer asked."""
    answers: dict[str, Any] = {}
    for each in schema.steps:
        raw = {field.key: draw(INPUTS[field.kind]) for field in each.fields}
        result = validate_step(schema, each.key, raw, answers, GERA)
        if result.is_valid:
            answers |= result.answers
        elif draw(st.booleans()):
            answers |= {field.key: "a" for field in each.fields if field.kind == "choice"}
    return answers


@given(invented_forms(), st.data())
def test_what_is_not_asked_is_never_among_the_answers(schema: FormSchema, data: st.DataObject) -> None:
    answers = fill_in(data.draw, schema)
    asked = {
        field.key for each in visible_steps(schema, answers) for field in visible_fields(schema, each.key, answers)
    }
    counting = effective_answers(schema, answers)
    assert set(counting) <= asked
    assert effective_answers(schema, counting) == counting
    assert visible_steps(schema, counting) == visible_steps(schema, answers)


@given(invented_forms(), st.data())
def test_the_summary_has_each_visible_field_once(schema: FormSchema, data: st.DataObject) -> None:
    answers = fill_in(data.draw, schema)
    expected = [
        (each.key, field.key)
        for each in visible_steps(schema, answers)
        for field in visible_fields(schema, each.key, answers)
    ]
    assert [(row.change_step, row.field) for row in summary(schema, answers)] == expected


@given(st.sampled_from(sorted(INPUTS)), st.data())
def test_reading_an_answer_again_changes_nothing(kind: str, data: st.DataObject) -> None:
    extra = CHOICE if kind == "choice" else {}
    field = next(form(step("s", {"key": "x", "kind": kind, **extra})).fields())[1]
    cleaned = KINDS[kind].clean(field, {"x": data.draw(INPUTS[kind])}, GERA)
    if cleaned.value is not None:
        again = KINDS[kind].clean(field, raw_for((field,), {"x": cleaned.value}), GERA)
        assert again == cleaned


@given(
    st.text(max_size=20),
    st.one_of(st.from_regex(r"[1-9][0-9]{0,3} ?[a-zA-Z]?(-[1-9][0-9]?[a-z]?)?", fullmatch=True), st.text(max_size=6)),
    st.from_regex(r"[0-9]{5}", fullmatch=True),
    st.text(max_size=20),
)
def test_reading_an_address_again_changes_nothing(street: str, number: str, postcode: str, city: str) -> None:
    field = next(form(step("s", {"key": "x", "kind": "address"})).fields())[1]
    raw = {"x_street": street, "x_number": number, "x_postcode": postcode, "x_city": city}
    cleaned = KINDS["address"].clean(field, raw, GERA)
    if cleaned.value is not None:
        assert KINDS["address"].clean(field, raw_for((field,), {"x": cleaned.value}), GERA) == cleaned


@given(
    st.sampled_from(range(7)),
    st.dictionaries(st.sampled_from(PERMIT_INPUTS), st.one_of(st.none(), st.text(max_size=300))),
)
def test_whatever_is_sent_becomes_answers_or_sentences(permit: FormSchema, number: int, raw: dict[str, Any]) -> None:
    page = permit.steps[number]
    result = validate_step(permit, page.key, raw, {"own_vehicle": "no"}, GERA)
    inputs = {name for field in page.fields for name in KINDS[field.kind].inputs(field)}
    assert set(result.errors) <= inputs
    assert all(sentence.endswith((".", "!", "?")) for sentence in result.errors.values())
    assert "\\u0000" not in json.dumps(result.answers)
    assert result.errors or all(result.answers[field.key] is not None for field in page.fields if field.required)
