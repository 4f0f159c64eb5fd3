"""The shape of a form, as a definition package writes it in `form.yaml`. Nothing here knows a request or a
table.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator
from pydantic import Field as Attribute

from services.definitions.faults import describe

FieldKind = Literal[
    "text", "textarea", "email", "phone", "date", "choice", "checkbox", "address", "licence_plate", "file"
]
FileFormat = Literal["pdf", "jpeg", "png"]
Meaning = Literal[
    "applicant.given_name",
    "applicant.family_name",
    "applicant.birth_date",
    "applicant.email",
    "applicant.phone",
    "applicant.address",
    "vehicle.plate",
]
StepKey = Annotated[str, Attribute(pattern=r"^[a-z][a-z0-9-]{0,39}$")]
FieldKey = Annotated[str, Attribute(pattern=r"^[a-z][a-z0-9_]{0,39}$")]

# Words that stand for other pages below /antrag/<slug>/ and therefore can't name a step.
RESERVED_STEP_KEYS = frozenset({"pruefen", "absenden", "abbrechen", "start"})
MEBIBYTE = 1024 * 1024


class FormError(ValueError):
    """The form of a definition is not well-formed; the message names the path."""


class Strict(BaseModel):
    """Frozen, and refuses what it does not know."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=False)


class Text(Strict):
    """A sentence in German and, where it has been translated, in English. A bare string is German."""

    de: str = Attribute(min_length=1)
    en: str = ""

    @model_validator(mode="before")
    @classmethod
    def _from_string(cls, value: object) -> object:
        return {"de": value} if isinstance(value, str) else value

    def in_language(self, language: str) -> str:
        """The text in `language` ("de", "en-gb", …), German where there is no translation."""
        return self.en if language[:2] == "en" and self.en else self.de


class Condition(Strict):
    """When a step or field is asked: it looks at one answer of an earlier step."""

    field: FieldKey
    is_: str | bool | None = Attribute(default=None, alias="is")
    is_not: str | bool | None = None
    is_in: tuple[str, ...] | None = Attribute(default=None, alias="in")

    @model_validator(mode="after")
    def _exactly_one(self) -> Condition:
        given = [test for test in (self.is_, self.is_not, self.is_in) if test is not None]
        if len(given) != 1:
            raise ValueError("„when“ braucht genau eine der Angaben „is“, „is_not“ oder „in“")
        return self

    def holds(self, answers: Mapping[str, Any]) -> bool:
        """Whether the answers meet the condition. A field that has no answer meets only „is_not“."""
        answer = answers.get(self.field)
        if self.is_in is not None:
            return answer in self.is_in
        if self.is_ is not None:
            return bool(answer == self.is_)
        return bool(answer != self.is_not)


class Option(Strict):
    """One answer of a choice."""

    value: str = Attribute(min_length=1, max_length=60)
    label: Text
    hint: Text | None = None


class Field(Strict):
    """One question, or one part of it."""

    key: FieldKey
    kind: FieldKind
    label: Text
    help: Text | None = None
    required: bool = True
    missing: Text | None = None
    invalid: Text | None = None
    when: Condition | None = None
    options: tuple[Option, ...] = ()
    check: str | None = None
    override: Text | None = None
    autocomplete: str | None = None
    max_length: int = Attribute(default=200, ge=1, le=10_000)
    not_before: str | None = None
    not_after: str | None = None
    accept: tuple[FileFormat, ...] = ("pdf", "jpeg", "png")
    max_bytes: int = Attribute(default=5 * MEBIBYTE, ge=1, le=20 * MEBIBYTE)
    meaning: Meaning | None = None
    summary: Text | None = None

    @model_validator(mode="after")
    def _fits_its_kind(self) -> Field:
        if (self.kind == "choice") != bool(self.options):
            raise ValueError("„options“ gehört zu „choice“, und nur dorthin")
        values = [option.value for option in self.options]
        if len(values) != len(set(values)):
            raise ValueError("zwei Antworten haben denselben Wert")
        if self.override and not self.check:
            raise ValueError("„override“ ergibt nur mit „check“ einen Sinn")
        return self

    @property
    def override_key(self) -> str:
        """The answer that says: I know the check failed, and I apply all the same."""
        return f"{self.key}_override"


class Step(Strict):
    """One page of the form."""

    key: StepKey
    title: Text
    lead: Text | None = None
    when: Condition | None = None
    fields: tuple[Field, ...] = Attribute(min_length=1)

    @model_validator(mode="after")
    def _not_reserved(self) -> Step:
        if self.key in RESERVED_STEP_KEYS:
            raise ValueError(f"„{self.key}“ ist als Name einer Seite vergeben")
        return self


class FormSchema(Strict):
    """A whole form. Build it with `FormSchema.from_dict`."""

    steps: tuple[Step, ...] = Attribute(min_length=1)
    before_sending: Text | None = None

    @model_validator(mode="after")
    def _keys_and_conditions(self) -> FormSchema:
        steps: set[str] = set()
        known: set[str] = set()
        for step in self.steps:
            if step.key in steps:
                raise ValueError(f"den Schritt „{step.key}“ gibt es zweimal")
            steps.add(step.key)
            _only_looks_back(step, known)
            known |= _new_field_keys(step, known)
        return self

    @classmethod
    def from_dict(cls, raw: Mapping[str, Any]) -> FormSchema:
        """Read a form. Raises FormError with one line per fault (path and what is wrong)."""
        try:
            return cls.model_validate(raw)
        except ValidationError as error:
            raise FormError("\n".join(describe(error))) from error

    def step(self, key: str) -> Step:
        """The step called `key`. Raises KeyError."""
        for step in self.steps:
            if step.key == key:
                return step
        raise KeyError(key)

    def fields(self) -> Iterator[tuple[Step, Field]]:
        """Every field with its step, in order."""
        for step in self.steps:
            for field in step.fields:
                yield step, field


def check_form(raw: Mapping[str, Any]) -> None:
    """Raises FormError for a form that can't be used: the check that packages run."""
    FormSchema.from_dict(raw)


def _only_looks_back(step: Step, known: set[str]) -> None:
    conditions = [step.when, *(field.when for field in step.fields)]
    for condition in conditions:
        if condition and condition.field not in known:
            raise ValueError(
                f"der Schritt „{step.key}“ fragt nach „{condition.field}“; "
                "eine Bedingung darf nur eine Angabe aus einem früheren Schritt ansehen"
            )


def _new_field_keys(step: Step, known: set[str]) -> set[str]:
    keys: set[str] = set()
    for field in step.fields:
        for key in (field.key, *([field.override_key] if field.override else [])):
            if key in known or key in keys:
                raise ValueError(f"die Angabe „{key}“ gibt es zweimal")
            keys.add(key)
    return keys
