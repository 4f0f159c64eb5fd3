"""The frame of every console page: the rail with its figures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from console.queries import open_onboardings
from tenants.communes.queries import present_communes, runs_in_progress


@dataclass(frozen=True, slots=True)
class RailItem:
    """One entry of the rail."""

    title: str
    url: str
    current: bool
    number: int | None = None


def page(request: HttpRequest, template: str, *, current: str, status: int = 200, **context: Any) -> HttpResponse:
    """Render a console page. `current` names the rail's entry; the context is the page's own."""
    entries = (
        (_("Kommunen"), "console_communes", present_communes().count()),
        (_("Aufnahme"), "console_onboarding", open_onboardings().count() + runs_in_progress().count()),
        (_("Protokoll"), "console_record", None),
    )
    rail = [RailItem(title, reverse(name), name == current, number) for title, name, number in entries]
    return render(request, template, {"rail": rail, "show_messages": True, **context}, status=status)
