"""The record of every act."""

from __future__ import annotations

from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from console import wording
from console.frame import page
from console.queries import acts_for_list
from tenants.accounts.access import allowed

PER_PAGE = 50


@allowed("accounts.operate_platform")
@require_safe
def record(request: HttpRequest) -> HttpResponse:
    """Who did what, when, newest first."""
    wanted, verb = request.GET.get("q", "").strip()[:100], request.GET.get("was", "")
    found = Paginator(acts_for_list(wanted=wanted, verb=verb), PER_PAGE).get_page(request.GET.get("page"))
    return page(
        request,
        "console/record.html",
        current="console_record",
        found=found,
        acts=[wording.act_row(act) for act in found],
        wanted=wanted,
        verb=verb,
        verbs=[(name, str(label)) for name, label in wording.VERBS.items()],
        query=urlencode({k: v for k, v in (("q", wanted), ("was", verb)) if v}),
    )
