"""The way through a form: which pages are asked, what a page's inputs mean, what comes next."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from dataclasses import field as attribute
from typing import Any

from django.utils import translation

from services.forms.answer_checks import answer_checks

from .context import FormContext
from .kinds import KINDS
from .model import Field, FormSchema, Step


@dataclass(frozen=True, slots=True)
class StepResult:
    """What one page gave: `answers` of this page only (every field asked here has a key; None = left
    empty), and `errors`: one sentence per input name. With errors the answers must not be saved.
    `objections` are the fields whose check failed and whose `override` lets the applicant go on.
    """

    answers: dict[str, Any] = attribute(default_factory=dict)
    errors: dict[str, str] = attribute(default_factory=dict)
    objections: set[str] = attribute(default_factory=set)

    @property
    def is_valid(self) -> bool:
        return not self.errors


def asked(schema: FormSchema, answers: Mapping[str, Any]) -> Iterator[tuple[Step, tuple[Field, ...], dict[str, Any]]]:
    """The pages that are asked with these answers, their fields, and the answers that count before each
    page.
    """
    counting: dict[str, Any] = {}
    for step in schema.steps:
        if step.when and not step.when.holds(counting):
            continue
        fields = tuple(field for field in step.fields if field.when is None or field.when.holds(counting))
        if not fields:
            continue
        yield step, fields, dict(counting)
        for key in _keys(fields):
            if answers.get(key) is not None:
                counting[key] = answers[key]


def visible_steps(schema: FormSchema, answers: Mapping[str, Any]) -> tuple[Step, ...]:
    """The pages that are asked, in order."""
    return tuple(step for step, _fields, _before in asked(schema, answers))


def visible_fields(schema: FormSchema, step_key: str, answers: Mapping[str, Any]) -> tuple[Field, ...]:
    """The questions of one page that are asked; empty when the page is not."""
    for step, fields, _before in asked(schema, answers):
        if step.key == step_key:
            return fields
    return ()


def effective_answers(schema: FormSchema, answers: Mapping[str, Any]) -> dict[str, Any]:
    """The answers that count: of questions that are asked. Everything else is dropped."""
    keys = [key for _step, fields, _before in asked(schema, answers) for key in _keys(fields)]
    return {key: answers[key] for key in keys if answers.get(key) is not None}


def next_step(schema: FormSchema, answers: Mapping[str, Any], step_key: str) -> Step | None:
    """The page after `step_key`; None means: check your answers."""
    steps = visible_steps(schema, answers)
    position = _position(schema, step_key)
    return next((step for step in steps if _position(schema, step.key) > position), None)


def previous_step(schema: FormSchema, answers: Mapping[str, Any], step_key: str | None = None) -> Step | None:
    """The page before `step_key` (before the check page when None); None means: the start."""
    steps = visible_steps(schema, answers)
    position = len(schema.steps) if step_key is None else _position(schema, step_key)
    return next((step for step in reversed(steps) if _position(schema, step.key) < position), None)


def first_open_step(schema: FormSchema, answers: Mapping[str, Any]) -> Step | None:
    """The first page that still needs an answer; None when all are given. Cheap: it does not run checks
    again.
    """
    for step, fields, _before in asked(schema, answers):
        if any(field.required and answers.get(field.key) is None for field in fields):
            return step
    return None


def validate_step(
    schema: FormSchema,
    step_key: str,
    raw: Mapping[str, Any],
    answers: Mapping[str, Any],
    context: FormContext | None = None,
) -> StepResult:
    """Read the inputs of one page (`raw`: names as in the page; uploaded files under their field's key).

    `answers` are those given so far; they decide what is asked, and a file stays when none is chosen anew.
    Raises KeyError for a step that the form does not have; a step that is not asked gives an empty result.
    """
    schema.step(step_key)
    context = context or FormContext()
    result = StepResult()
    with translation.override(context.spoken):
        for field in visible_fields(schema, step_key, answers):
            _read_field(field, raw, answers, context, result)
    return result


def remaining_errors(
    schema: FormSchema, answers: Mapping[str, Any], context: FormContext | None = None
) -> dict[str, dict[str, str]]:
    """What is wrong before sending, by step: every asked page is read again from its answers, checks
    included.
    """
    found: dict[str, dict[str, str]] = {}
    for step, fields, _before in asked(schema, answers):
        result = validate_step(schema, step.key, raw_for(fields, answers), answers, context)
        if result.errors:
            found[step.key] = result.errors
    return found


def raw_for(fields: tuple[Field, ...], answers: Mapping[str, Any]) -> dict[str, Any]:
    """The inputs of these fields as their answers would fill them."""
    raw: dict[str, Any] = {}
    for field in fields:
        if answers.get(field.key) is not None:
            raw |= KINDS[field.kind].as_raw(field, answers[field.key])
        if field.override and answers.get(field.override_key):
            raw[field.override_key] = "on"
    return raw


def answers_by_meaning(schema: FormSchema, answers: Mapping[str, Any]) -> dict[str, Any]:
    """The answers that say who applies and for what, by `meaning` („applicant.email“, „vehicle.plate“, …)."""
    counting = effective_answers(schema, answers)
    return {
        field.meaning: counting[field.key]
        for _step, field in schema.fields()
        if field.meaning and field.key in counting
    }


def _read_field(
    field: Field, raw: Mapping[str, Any], answers: Mapping[str, Any], context: FormContext, result: StepResult
) -> None:
    kind = KINDS[field.kind]
    cleaned = kind.clean(field, raw, context)
    value = cleaned.value
    if field.kind == "file" and value is None and not cleaned.errors:
        value = answers.get(field.key)
    result.answers[field.key] = value
    result.errors.update(cleaned.errors)
    if cleaned.errors:
        return
    if value is None:
        if field.required:
            result.errors[kind.inputs(field)[0]] = kind.missing(field, context)
    elif field.check:
        _run_check(field, value, raw, answers, context, result)


def _run_check(
    field: Field,
    value: Any,
    raw: Mapping[str, Any],
    answers: Mapping[str, Any],
    context: FormContext,
    result: StepResult,
) -> None:
    complaint = answer_checks.get(str(field.check))(value, {**answers, **result.answers}, context)
    insists = bool(field.override) and raw.get(field.override_key) in (True, "on", "true", "1")
    if field.override:
        result.answers[field.override_key] = True if complaint and insists else None
        result.objections.update({field.key} if complaint else ())
    if complaint and not insists:
        result.errors[KINDS[field.kind].inputs(field)[0]] = complaint


def _keys(fields: tuple[Field, ...]) -> list[str]:
    return [key for field in fields for key in (field.key, *([field.override_key] if field.override else []))]


def _position(schema: FormSchema, step_key: str) -> int:
    return [step.key for step in schema.steps].index(step_key)
