"""`{% load rail %}{% desk_rail %}`: the rail of the desk. Used by `themes/desk.html`."""

from __future__ import annotations

from typing import Any

from django import template
from django.template import RequestContext

from themes.desk_rail import desk_for

register = template.Library()


@register.inclusion_tag("themes/frame/desk_rail.html", takes_context=True)
def desk_rail(context: RequestContext) -> dict[str, Any]:
    """The screens that the person at the desk may open."""
    request = context["request"]
    return {"sections": desk_for(request.user, request.path)}
