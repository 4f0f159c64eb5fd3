"""One page of a form as a Django form: labels, help, errors and what was typed, for `{% field %}` of the
themes.

The rules stay in `schema`; this only dresses them. A view needs three lines:

form = step_form(schema, step_key, data=request.POST, files=request.FILES, answers=draft.answers,
context=context) if form.is_valid(): save_step(draft=draft, step_key=step_key, answers=form.answers,
uploads=form.uploads)
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.forms.boundfield import BoundField
from django.utils.html import format_html
from django.utils.translation import gettext, override

from .schema import Field, FormContext, FormSchema, Option, StepResult, raw_for, validate_step, visible_fields
from .schema.kinds import ADDRESS_PARTS, KINDS
from .uploads import CONTENT_TYPES

AUTOCOMPLETE = {
    "applicant.given_name": "given-name",
    "applicant.family_name": "family-name",
    "applicant.birth_date": "bday",
    "applicant.email": "email",
    "applicant.phone": "tel",
}
ADDRESS_AUTOCOMPLETE = {
    "street": "address-line1",
    "number": "off",
    "postcode": "postal-code",
    "city": "address-level2",
}
FILE_ENDINGS = {"pdf": ".pdf", "jpeg": ".jpg,.jpeg", "png": ".png"}


@dataclass(frozen=True, slots=True)
class Question:
    """One field of the schema on the page, with its inputs (an address has four)."""

    key: str
    kind: str
    label: str
    help: str
    inputs: tuple[BoundField, ...]
    override: BoundField | None = None


class StepForm(forms.Form):
    """Made by `step_form`. After `is_valid()`: `answers` and `uploads` are what `save_step` wants."""

    use_required_attribute = False

    def __init__(
        self,
        schema: FormSchema,
        step_key: str,
        *,
        data: Mapping[str, Any] | None,
        files: Mapping[str, Any] | None,
        answers: Mapping[str, Any],
        context: FormContext,
        initial: Mapping[str, Any],
    ) -> None:
        super().__init__(data=data, files=files, initial=dict(initial))  # type: ignore[arg-type]
        self.schema, self.step, self.context = schema, schema.step(step_key), context
        self.given = answers
        self.asked = visible_fields(schema, step_key, answers)
        self.result = StepResult()
        self.title = context.fill(self.step.title.in_language(context.spoken))
        self.lead = context.fill(self.step.lead.in_language(context.spoken)) if self.step.lead else ""
        for field in self.asked:
            self.fields.update(_inputs(field, answers, context))
            if field.override and answers.get(field.override_key):
                self._offer_override(field)

    @property
    def answers(self) -> dict[str, Any]:
        """The answers of this page; files that are new stand in `uploads`, not here."""
        return {key: value for key, value in self.result.answers.items() if key not in self.uploads}

    @property
    def uploads(self) -> dict[str, UploadedFile]:
        """New files by field."""
        chosen = {field.key: self.files.get(field.key) for field in self.asked}
        return {key: file for key, file in chosen.items() if isinstance(file, UploadedFile)}

    @property
    def questions(self) -> list[Question]:
        """The page's questions in order, for templates that treat an address as one."""
        return [self._question(field) for field in self.asked]

    def _clean_fields(self) -> None:
        raw = {**{name: self.data.get(name) for name in self._input_names()}, **self.uploads}
        self.result = validate_step(self.schema, self.step.key, raw, self.given, self.context)
        for field in self.asked:
            if field.key in self.result.objections:
                self._offer_override(field)
        self.cleaned_data = dict(self.result.answers)
        for name, sentence in self.result.errors.items():
            self.add_error(name, sentence)

    def _input_names(self) -> Iterator[str]:
        for field in self.asked:
            yield from KINDS[field.kind].inputs(field)
            yield field.override_key

    def _offer_override(self, field: Field) -> None:
        if field.override is None:
            return
        self.fields[field.override_key] = forms.BooleanField(
            label=self.context.fill(field.override.in_language(self.context.spoken)), required=False
        )

    def _question(self, field: Field) -> Question:
        language = self.context.spoken
        return Question(
            key=field.key,
            kind=field.kind,
            label=self.context.fill(field.label.in_language(language)),
            help=self.context.fill(field.help.in_language(language)) if field.help else "",
            inputs=tuple(self[name] for name in KINDS[field.kind].inputs(field)),
            override=self[field.override_key] if field.override_key in self.fields else None,
        )


def step_form(
    schema: FormSchema,
    step_key: str,
    data: Mapping[str, Any] | None = None,
    files: Mapping[str, Any] | None = None,
    *,
    answers: Mapping[str, Any] | None = None,
    known: Mapping[str, Any] | None = None,
    context: FormContext | None = None,
) -> StepForm:
    """The page `step_key`: unbound from earlier `answers`, bound when `data` is given. Raises KeyError.

    `known` prefills by meaning what has no answer yet ({"applicant.email": …}), for people who are signed in.
    """
    context = context or FormContext()
    given = dict(answers or {})
    asked = visible_fields(schema, step_key, given)
    prefilled = {
        field.key: (known or {})[field.meaning]
        for field in asked
        if field.meaning and (known or {}).get(field.meaning) and given.get(field.key) is None
    }
    with override(context.spoken):
        return StepForm(
            schema,
            step_key,
            data=data,
            files=files,
            answers=given,
            context=context,
            initial=raw_for(asked, {**prefilled, **given}),
        )


def _inputs(field: Field, answers: Mapping[str, Any], context: FormContext) -> dict[str, forms.Field]:
    if field.kind == "address":
        return _address_inputs(field)
    language = context.spoken
    made = _input(field, language)
    made.label = context.fill(field.label.in_language(language))
    made.help_text = context.fill(field.help.in_language(language)) if field.help else ""
    made.required = field.required
    made.label_suffix = ""
    if field.kind == "file" and answers.get(field.key):
        kept = gettext("Hochgeladen: %(name)s. Wählen Sie nur dann eine Datei aus, wenn Sie diese ersetzen möchten.")
        made.help_text = kept % {"name": answers[field.key]["name"]}
    return {field.key: made}


def _input(field: Field, language: str) -> forms.Field:
    attrs = _attributes(field)
    match field.kind:
        case "choice":
            choices = [(option.value, _choice_label(option, language)) for option in field.options]
            return forms.ChoiceField(choices=choices, widget=forms.RadioSelect)
        case "checkbox":
            return forms.BooleanField()
        case "file":
            return forms.FileField(widget=forms.FileInput(attrs=attrs))
        case "textarea":
            return forms.CharField(widget=forms.Textarea(attrs={**attrs, "rows": 5}))
        case "email":
            return forms.CharField(widget=forms.EmailInput(attrs=attrs))
        case "phone":
            return forms.CharField(widget=forms.TextInput(attrs={**attrs, "type": "tel"}))
        case _:
            return forms.CharField(widget=forms.TextInput(attrs=attrs))


def _choice_label(option: Option, language: str) -> str:
    label = option.label.in_language(language)
    return format_html("<b>{}</b> {}", label, option.hint.in_language(language)) if option.hint else label


def _attributes(field: Field) -> dict[str, str]:
    autocomplete = field.autocomplete or AUTOCOMPLETE.get(field.meaning or "", "")
    attrs = {"autocomplete": autocomplete} if autocomplete else {}
    match field.kind:
        case "email":
            attrs |= {"autocomplete": autocomplete or "email", "inputmode": "email", "spellcheck": "false"}
        case "phone":
            attrs |= {"autocomplete": autocomplete or "tel", "inputmode": "tel"}
        case "date":
            attrs |= {"inputmode": "text", "spellcheck": "false"}
        case "licence_plate":
            attrs |= {"autocapitalize": "characters", "spellcheck": "false", "autocomplete": "off"}
        case "file":
            endings = [FILE_ENDINGS[name] for name in field.accept] + [CONTENT_TYPES[name] for name in field.accept]
            attrs = {"accept": ",".join(endings)}
    return attrs


def _address_inputs(field: Field) -> dict[str, forms.Field]:
    labels = {
        "street": gettext("Straße"),
        "number": gettext("Hausnummer"),
        "postcode": gettext("Postleitzahl"),
        "city": gettext("Ort"),
    }
    made: dict[str, forms.Field] = {}
    for part in ADDRESS_PARTS:
        attrs = {"autocomplete": ADDRESS_AUTOCOMPLETE[part]}
        if part == "postcode":
            attrs["inputmode"] = "numeric"
        made[f"{field.key}_{part}"] = forms.CharField(
            label=labels[part], required=field.required, label_suffix="", widget=forms.TextInput(attrs=attrs)
        )
    return made
