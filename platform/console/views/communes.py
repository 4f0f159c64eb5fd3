"""Communes: the list and each one's page."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from console import wording
from console.addresses import AddressForm, addresses_of, former_addresses_of
from console.arrival import ArrivalForm, OrderLostError, unreached_at
from console.frame import page
from console.lifecycle_forms import DeletionForm, LifecycleForm
from console.onboarding.forms import ReasonForm
from console.operating import order_invitation, resume_commune, suspend_commune
from console.queries import (
    FILTERS,
    acts_for_list,
    archives_for_page,
    commune_for_page,
    communes_for_list,
    filter_counts,
    fleet_figures,
)
from tenants.accounts.access import allowed
from tenants.communes.addresses import portal_address
from tenants.communes.lifecycle.orders import failure_of
from tenants.communes.lifecycle.removal import refusal_of
from tenants.communes.models import Commune, CommuneState, ProvisioningRun
from tenants.communes.provisioning.steps import step_names, steps_of
from tenants.communes.queries import last_proven_restore, present_communes, proven_restores
from tenants.communes.states import OPEN_STATES, TRANSITIONS, TransitionError

PER_PAGE = 50


@allowed("accounts.operate_platform")
@require_safe
def communes(request: HttpRequest) -> HttpResponse:
    """The operator's morning look."""
    wanted, chosen = request.GET.get("q", "").strip()[:100], request.GET.get("filter", "")
    chosen = chosen if chosen in FILTERS else ""
    found = Paginator(communes_for_list(wanted=wanted, chosen=chosen), PER_PAGE).get_page(request.GET.get("page"))
    proven = proven_restores()
    for commune in found:
        _describe(commune)
        commune.proven = proven.get(commune.pk)
    counts = filter_counts()
    titles = {
        "": _("Alle"),
        "attention": _("Braucht Aufmerksamkeit"),
        "arriving": _("In Aufnahme"),
        "suspended": _("Ausgesetzt"),
        "leaving": _("Im Auszug"),
        "behind": _("Hinter der Auslieferung"),
    }
    chips = [(name, title, counts[name]) for name, title in titles.items() if counts[name] or name in ("", chosen)]
    return page(
        request,
        "console/communes.html",
        current="console_communes",
        found=found,
        chips=chips,
        chosen=chosen,
        wanted=wanted,
        figures=fleet_figures(),
        last_proven=max(proven.values(), default=None),
        query=urlencode({k: v for k, v in (("q", wanted), ("filter", chosen)) if v}),
    )


def _describe(commune: Commune) -> None:
    commune.status_kind = wording.STATE_KINDS.get(commune.state, "")
    commune.status = commune.get_state_display()
    if commune.state == CommuneState.PROVISIONING and commune.run_finished is not None:
        commune.status = _("Aufnahme: Schritt %(now)d von %(all)d") % {
            "now": min(len(commune.run_finished) + 1, len(step_names())),
            "all": len(step_names()),
        }


def _runs_of(commune: Commune) -> list[ProvisioningRun]:
    runs = list(commune.provisioning_runs.all())
    for run in runs:
        run.step_list = [
            (wording.step_label(name), name in run.finished_steps, name == run.step) for name in steps_of(run)
        ]
    return runs


@allowed("accounts.operate_platform")
@require_safe
def commune(request: HttpRequest, slug: str) -> HttpResponse:
    """Everything about one commune."""
    return commune_page(request, slug)


def commune_page(
    request: HttpRequest,
    slug: str,
    *,
    form: ReasonForm | None = None,
    address: AddressForm | None = None,
    lifecycle: LifecycleForm | None = None,
    deletion: DeletionForm | None = None,
    arrival: ArrivalForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """A commune's page; a form that was filled in wrongly comes back with its faults."""
    found = commune_for_page(slug)
    if found is None:
        raise Http404(slug)
    _describe(found)
    unreached = unreached_at(found)
    acts = [wording.act_row(act) for act in acts_for_list(target=found.schema_name)[:12]]
    return page(
        request,
        "console/commune.html",
        current="console_communes",
        status=status,
        commune=found,
        runs=_runs_of(found),
        acts=acts,
        form=form or ReasonForm(),
        addresses=addresses_of(found),
        former_addresses=former_addresses_of(found),
        address_form=address or AddressForm(auto_id="address-%s"),
        lifecycle=lifecycle or LifecycleForm(),
        deletion=deletion or DeletionForm(),
        unreached=unreached,
        arrival=arrival or ArrivalForm(initial={"email": unreached.email if unreached else ""}, auto_id="arrival-%s"),
        **_end_of_life(found),
        portal=portal_address(found.primary_host),
        is_open=found.state in OPEN_STATES,
    )


def _end_of_life(commune: Commune) -> dict[str, Any]:
    return {
        "stay": LifecycleForm(auto_id="stay_%s"),
        "may_offboard": CommuneState.OFFBOARDING in TRANSITIONS[commune.state],
        "may_delete": CommuneState.DELETED in TRANSITIONS[commune.state],
        "refused": refusal_of(commune) if CommuneState.DELETED in TRANSITIONS[commune.state] else "",
        "archive_failed": failure_of(commune),
        "archives": archives_for_page(commune),
        "proven": last_proven_restore(commune),
    }


@allowed("accounts.operate_platform")
@require_POST
def suspend(request: HttpRequest, slug: str) -> HttpResponse:
    """Close a portal, with a reason."""
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return commune_page(request, slug, form=form, status=422)
    found = _existing(slug)
    try:
        suspend_commune(commune=found, actor=request.user, reason=form.cleaned_data["reason"])
    except TransitionError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Das Portal von %(name)s ist geschlossen.") % {"name": found.name})
    return HttpResponseRedirect(reverse("console_commune", args=[slug]))


@allowed("accounts.operate_platform")
@require_POST
def resume(request: HttpRequest, slug: str) -> HttpResponse:
    """Open a closed portal again."""
    found = _existing(slug)
    try:
        resume_commune(commune=found, actor=request.user)
    except TransitionError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Das Portal von %(name)s ist wieder geöffnet.") % {"name": found.name})
    return HttpResponseRedirect(reverse("console_commune", args=[slug]))


@allowed("accounts.operate_platform")
@require_POST
def invite(request: HttpRequest, slug: str) -> HttpResponse:
    """Invite a commune's administrator again whom nobody has reached."""
    form = ArrivalForm(request.POST, auto_id="arrival-%s")
    if not form.is_valid():
        return commune_page(request, slug, arrival=form, status=422)
    email = form.cleaned_data["email"]
    try:
        order_invitation(commune=_existing(slug), actor=request.user, email=email)
    except OrderLostError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Die Einladung an %(email)s ist unterwegs.") % {"email": email})
    return HttpResponseRedirect(reverse("console_commune", args=[slug]))


def _existing(slug: str) -> Commune:
    found: Commune | None = present_communes().filter(slug=slug).first()
    if found is None:
        raise Http404(slug)
    return found
