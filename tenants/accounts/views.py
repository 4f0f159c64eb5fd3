"""The own page of an account."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from allauth.mfa.utils import is_mfa_enabled
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from tenants.accounts.access import signed_in
from tenants.accounts.places import places_for


@dataclass(frozen=True, slots=True)
class Row:
    """A fact of the account with the page where it is changed."""

    label: str
    value: str
    url: str


@signed_in
@require_safe
def account_page(request: HttpRequest) -> HttpResponse:
    """Who is signed in, where they may go, and what protects the account."""
    user: Any = request.user
    protected = is_mfa_enabled(user)
    rows = [
        Row(_("E-Mail-Adresse"), user.email, _address("account_email")),
        Row(
            _("Passwort"),
            _("gesetzt") if user.has_usable_password() else "–",
            _address("account_change_password"),
        ),
        Row(_("Zweiter Faktor"), _("eingerichtet") if protected else _("nicht eingerichtet"), _address("mfa_index")),
    ]
    context = {
        "rows": rows,
        "places": places_for(request),
        "offers_second_factor": user.is_staff and not protected,
    }
    response = render(request, "accounts/page.html", context)
    response.headers["Cache-Control"] = "no-store"
    return response


def _address(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""
