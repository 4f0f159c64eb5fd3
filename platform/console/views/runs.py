"""Watching a commune being made."""

from __future__ import annotations

import uuid
from datetime import timedelta

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from console import wording
from console.frame import page
from console.onboarding.actions import retry_run
from tenants.accounts.access import allowed
from tenants.communes.addresses import portal_address
from tenants.communes.models import ProvisioningRun
from tenants.communes.provisioning.steps import is_being_made, steps_of

PATIENCE = timedelta(seconds=20)
S = ProvisioningRun.State


@allowed("accounts.operate_platform")
@require_safe
def run(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Live progress: the page asks for itself again every second until the commune is there."""
    found = _existing(key)
    names = steps_of(found)
    failed_step, _colon, _rest = found.error.partition(":")
    being_made = is_being_made(found)
    entries = [
        {
            "title": wording.step_label(name),
            "done": name in found.finished_steps,
            "now": being_made,
            "failed": found.state == S.FAILED and name == failed_step,
        }
        for name in names
    ]
    stuck = found.state == S.WAITING and not being_made and found.created_at < timezone.now() - PATIENCE
    response = page(
        request,
        "console/onboarding/run.html",
        current="console_onboarding",
        run=found,
        entries=entries,
        finished=len(found.finished_steps),
        total=len(names),
        failed_step=wording.step_label(failed_step),
        failed_reason=found.error.partition(": ")[2].partition(": ")[2],
        is_stuck=stuck,
        portal=portal_address(found.commune.primary_host),
    )
    if found.state in (S.WAITING, S.RUNNING):
        # with its address: a browser that came with a fragment would only scroll
        response.headers["Refresh"] = f"{5 if stuck else 1}; url={request.path}"
    response.headers["Cache-Control"] = "no-store"
    return response


@allowed("accounts.operate_platform")
@require_POST
def retry(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Let the worker complete what was begun."""
    retry_run(run=_existing(key), actor=request.user)
    return HttpResponseRedirect(reverse("console_run", args=[key]))


def _existing(key: uuid.UUID) -> ProvisioningRun:
    found = ProvisioningRun.objects.select_related("commune").filter(pk=key).first()
    if found is None:
        raise Http404(str(key))
    return found
