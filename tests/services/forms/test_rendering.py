"""A page of a form as a Django form: what people see, and that they never type twice."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.template import Context, Template

from services.forms.answer_checks import answer_checks
from services.forms.queries import form_of
from services.forms.rendering import StepForm, step_form
from services.forms.schema import FormContext, FormSchema

GERA = FormContext(settings={"plate_districts": ["G"]}, language="de")
ADDRESS = {
    "address_street": "Kornmarkt",
    "address_number": "12",
    "address_postcode": "07545",
    "address_city": "Gera",
}


@pytest.fixture
def permit(in_gera: Any) -> FormSchema:
    return form_of("bewohnerparkausweis", 1)


@pytest.fixture(scope="module", autouse=True)
def checks() -> None:
    """A check that knows one street."""
    if "only_kornmarkt" not in answer_checks:
        answer_checks.register("only_kornmarkt", only_kornmarkt)


def only_kornmarkt(value: Any, answers: Any, context: FormContext) -> str | None:
    return None if value["street"] == "Kornmarkt" else "Für diese Adresse gibt es keine Bewohnerparkzone."


def with_check(schema: FormSchema) -> FormSchema:
    raw = schema.model_dump(mode="json", by_alias=True, exclude_none=True)
    raw["steps"][0]["fields"][0]["check"] = "only_kornmarkt"
    return FormSchema.from_dict(raw)


def page(form: StepForm) -> str:
    return Template("{% load ui %}{% for input in form %}{% field input %}{% endfor %}").render(Context({"form": form}))


def test_what_was_typed_stays_and_the_error_is_said(permit: FormSchema) -> None:
    form = step_form(permit, "kennzeichen", {"plate": "g-123 "}, context=GERA)
    assert not form.is_valid()
    html = page(form)
    assert 'value="g-123 "' in html
    assert "Geben Sie Ihr Kennzeichen so ein: G-AB 123." in html
    assert "Wie auf dem Nummernschild, zum Beispiel G-AB 123" in html
    assert 'aria-invalid="true"' in html


def test_a_valid_page_gives_normalised_answers(permit: FormSchema) -> None:
    form = step_form(permit, "kennzeichen", {"plate": "g ab 123"}, context=GERA)
    assert form.is_valid()
    assert form.answers == {"plate": "G-AB 123"}


def test_earlier_answers_and_what_is_known_fill_the_page(permit: FormSchema) -> None:
    answers = {"given_name": "Erika", "birth_date": "1984-03-27"}
    known = {"applicant.given_name": "Max", "applicant.family_name": "Muster"}
    html = page(step_form(permit, "person", answers=answers, known=known, context=GERA))
    assert 'value="Erika"' in html
    assert 'value="Muster"' in html
    assert 'value="27.03.1984"' in html


def test_inputs_tell_browsers_what_they_are_for(permit: FormSchema) -> None:
    address = page(step_form(permit, "adresse", context=GERA))
    assert 'autocomplete="postal-code" inputmode="numeric"' in address
    person = page(step_form(permit, "person", context=GERA))
    assert 'autocomplete="given-name"' in person
    assert 'autocomplete="bday"' in person
    assert 'type="email"' in page(step_form(permit, "erreichbar", context=GERA))
    assert "required" not in address


def test_an_option_s_hint_stands_below_it(permit: FormSchema) -> None:
    html = page(step_form(permit, "halter", context=GERA))
    assert "<b>Nein, auf jemand anderen</b> Zum Beispiel auf Ihre Firma oder ein Familienmitglied" in html


def test_a_failed_check_offers_to_apply_all_the_same(permit: FormSchema) -> None:
    schema = with_check(permit)
    elsewhere = {**ADDRESS, "address_street": "Feldweg"}
    form = step_form(schema, "adresse", elsewhere, context=GERA)
    assert not form.is_valid()
    assert form.errors == {"address_street": ["Für diese Adresse gibt es keine Bewohnerparkzone."]}
    assert 'name="address_override"' in page(form)
    insisting = step_form(schema, "adresse", {**elsewhere, "address_override": "on"}, context=GERA)
    assert insisting.is_valid()
    assert insisting.answers["address_override"] is True
    again = step_form(schema, "adresse", answers=insisting.answers, context=GERA)
    assert 'name="address_override"' in page(again)


def test_a_passed_check_offers_nothing_and_forgets_an_earlier_objection(permit: FormSchema) -> None:
    form = step_form(with_check(permit), "adresse", {**ADDRESS, "address_override": "on"}, context=GERA)
    assert form.is_valid()
    assert form.answers["address_override"] is None
    assert "address_override" not in form.fields


def test_a_file_is_handed_on_and_checked(permit: FormSchema) -> None:
    answers = {"own_vehicle": "no"}
    upload = SimpleUploadedFile("erklaerung.pdf", b"%PDF-1.7 ...")
    form = step_form(permit, "erklaerung", {}, {"keeper_statement": upload}, answers=answers, context=GERA)
    assert form.is_valid()
    assert form.uploads == {"keeper_statement": upload}
    assert form.answers == {}
    wrong = SimpleUploadedFile("erklaerung.pdf", b"<html>")
    form = step_form(permit, "erklaerung", {}, {"keeper_statement": wrong}, answers=answers, context=GERA)
    assert form.errors == {
        "keeper_statement": ["Diese Datei können wir nicht öffnen. Laden Sie PDF, JPEG oder PNG hoch."]
    }
    missing = step_form(permit, "erklaerung", {}, {}, answers=answers, context=GERA)
    assert missing.errors == {"keeper_statement": ["Wählen Sie die Erklärung als Foto oder PDF aus."]}


def test_a_stored_file_needs_no_second_choice(permit: FormSchema) -> None:
    stored = {"upload": 1, "name": "brief.pdf", "size": 9, "type": "application/pdf"}
    answers = {"own_vehicle": "no", "keeper_statement": stored}
    form = step_form(permit, "erklaerung", {}, {}, answers=answers, context=GERA)
    assert form.is_valid()
    assert form.answers == {"keeper_statement": stored}
    assert "Hochgeladen: brief.pdf" in page(form)


def test_a_page_in_english_is_english(permit: FormSchema) -> None:
    english = FormContext(settings={"plate_districts": ["G"]}, language="en")
    form = step_form(permit, "erreichbar", {"email": "nobody"}, context=english)
    assert form.title == "Where should we send the permit?"
    assert form.errors == {"email": ["Enter your e-mail address like this: erika.muster@example.de."]}
    assert [question.label for question in form.questions] == ["E-mail address"]
