"""The own page of people who are signed in."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from services.cases.queries import cases_for_user
from tenants.accounts.access import may, signed_in

NEWEST = 5


@signed_in
@never_cache
@require_safe
def my_page(request: HttpRequest) -> HttpResponse:
    """Name, latest cases, settings of the account."""
    context = {
        "cases": list(cases_for_user(request.user)[:NEWEST]),
        "sees_inbox": may(request.user, "cases.see_inbox"),
        "sees_editorial_desk": may(request.user, "accounts.open_editorial_desk"),
        "show_messages": True,
    }
    return render(request, "cases/my_page.html", context)


@signed_in
@never_cache
@require_safe
def my_cases(request: HttpRequest) -> HttpResponse:
    """All cases that were submitted from this account."""
    return render(request, "cases/my_cases.html", {"cases": list(cases_for_user(request.user))})
