"""The clerks' navigation: `{% load desk %}{% rail "inbox" %}`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import template

from services.cases.models import CaseStep
from services.cases.outbox import step_handlers
from themes.desk_rail import desk_for

register = template.Library()


@register.inclusion_tag("themes/frame/desk_rail.html", takes_context=True)
def rail(context: Mapping[str, Any], current: str = "") -> dict[str, Any]:
    """The screens of all rooms that this person may open (`themes.desk_rail`); `current` is found by the address."""
    request = context["request"]
    return {"sections": desk_for(request.user, request.path)}


@register.simple_tag
def step_label(step: CaseStep) -> str:
    """What a step does, in words."""
    return str(step_handlers.get(step.name).label) if step.name in step_handlers else step.name
