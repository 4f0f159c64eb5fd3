"""A page that asks for another try says so in its title, the first thing that a screen reader reads."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django import template
from django.forms import BaseForm, BaseFormSet
from django.template import Context
from django.utils.translation import gettext as _

register = template.Library()
# what views call a fault that is no form's
SENTENCES = ("fault", "refusal", "problems")
KINDS = (BaseForm, BaseFormSet)


@register.simple_tag(takes_context=True)
def fault_in_title(context: Context) -> str:
    """„Fehler: “ before the title of a page with a fault (GOV.UK Design System, error summary), else nothing."""
    known = context.flatten()
    has_fault = any(known.get(name) for name in SENTENCES) or any(
        form.is_bound and form.errors for form in _forms(known.values())
    )
    return f"{_('Fehler:')} " if has_fault else ""


def _forms(values: Any) -> Iterator[Any]:
    """Forms among these, and in their lists. By type: `isinstance` would wake what is lazy, as the CSRF cookie."""
    for value in values:
        if issubclass(type(value), KINDS):
            yield value
        elif type(value) in (list, tuple):
            yield from (each for each in value if issubclass(type(each), KINDS))
