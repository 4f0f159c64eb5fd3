"""Checks of an answer that the form engine can't make itself, registered by higher rooms under a name.

A form names one with `check: parking_zone`; `services.cases` registers it when it is loaded:

    answer_checks.register("parking_zone", address_in_a_zone)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

from tenants.communes.registry import Registry

if TYPE_CHECKING:
    from services.forms.schema.context import FormContext

# (value, the other answers so far, surroundings) -> a sentence: what is wrong and what to do; or None.
AnswerCheck: TypeAlias = Callable[[Any, Mapping[str, Any], "FormContext"], str | None]

answer_checks: Registry[AnswerCheck] = Registry("answer checks")
