"""Forms as values: a definition goes in, pages come out, inputs become answers. No request, no database."""

from .context import FormContext
from .flow import (
    StepResult,
    answers_by_meaning,
    effective_answers,
    first_open_step,
    next_step,
    previous_step,
    raw_for,
    remaining_errors,
    validate_step,
    visible_fields,
    visible_steps,
)
from .model import Condition, Field, FormError, FormSchema, Option, Step, Text, check_form
from .summary import SummaryRow, summary

__all__ = [
    "Condition",
    "Field",
    "FormContext",
    "FormError",
    "FormSchema",
    "Option",
    "Step",
    "StepResult",
    "SummaryRow",
    "Text",
    "answers_by_meaning",
    "check_form",
    "effective_answers",
    "first_open_step",
    "next_step",
    "previous_step",
    "raw_for",
    "remaining_errors",
    "summary",
    "validate_step",
    "visible_fields",
    "visible_steps",
]
