"""The clerks' navigation: `{% load desk %}{% rail "inbox" %}`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import template
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

from services.cases.models import CaseStep
from services.cases.outbox import step_handlers
from services.cases.queries import open_case_count
from tenants.accounts.access import may

register = template.Library()


@dataclass(frozen=True, slots=True)
class RailEntry:
    """One line of the navigation: a named address or a path, and the permission that shows it."""

    key: str
    label: Any
    target: str
    permission: str


ENTRIES = (
    RailEntry("inbox", _("Eingang"), "cases:inbox", "cases.see_inbox"),
    RailEntry("catalogue", _("Leistungen"), "/arbeitsplatz/leistungen/", "catalogue.manage_offerings"),
    RailEntry("ideas", _("Ideen"), "/arbeitsplatz/ideen/", "cases.see_inbox"),
    RailEntry("brand", _("Marke"), "/arbeitsplatz/marke/", "catalogue.manage_offerings"),
    RailEntry("editorial", _("Redaktion"), "/redaktion/", "accounts.open_editorial_desk"),
    RailEntry("account", _("Mein Konto"), "account_home", ""),
)


@register.inclusion_tag("cases/includes/rail.html", takes_context=True)
def rail(context: Mapping[str, Any], current: str = "") -> dict[str, Any]:
    """The entries that this person may use, with the number of cases in hand. One query."""
    user = context["request"].user
    entries = [
        {"label": entry.label, "url": _address(entry.target), "current": entry.key == current, "count": _count(entry)}
        for entry in ENTRIES
        if not entry.permission or may(user, entry.permission)
    ]
    return {"entries": entries}


def _count(entry: RailEntry) -> int | None:
    return open_case_count() if entry.key == "inbox" else None


def _address(target: str) -> str:
    if target.startswith("/"):
        return target
    try:
        return reverse(target)
    except NoReverseMatch:
        return "/"


@register.simple_tag
def step_label(step: CaseStep) -> str:
    """What a step does, in words."""
    return str(step_handlers.get(step.name).label) if step.name in step_handlers else step.name
