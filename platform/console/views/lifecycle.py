"""The end of a commune's life, as the operator orders it. Every act is a POST with a reason."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from console.lifecycle_forms import DeletionForm, LifecycleForm
from console.operating import begin_offboarding, cancel_offboarding, delete_commune, order_archive
from console.views.communes import commune_page
from tenants.accounts.access import allowed
from tenants.communes.lifecycle.removal import NameMismatchError, refusal_of
from tenants.communes.models import Commune, CommuneState
from tenants.communes.queries import present_communes
from tenants.communes.states import TransitionError


@allowed("accounts.operate_platform")
@require_POST
def offboard(request: HttpRequest, slug: str) -> HttpResponse:
    """Close a portal because its commune leaves."""

    def act(commune: Commune, reason: str) -> str:
        begin_offboarding(commune=commune, actor=request.user, reason=reason)
        return _("%(name)s zieht aus. Das Portal ist geschlossen; die Verwaltung kann ihre Daten mitnehmen.")

    return _answer(request, slug, act)


@allowed("accounts.operate_platform")
@require_POST
def stay(request: HttpRequest, slug: str) -> HttpResponse:
    """Open it again: the commune stays."""

    def act(commune: Commune, reason: str) -> str:
        cancel_offboarding(commune=commune, actor=request.user, reason=reason)
        return _("%(name)s bleibt. Das Portal ist wieder geöffnet.")

    return _answer(request, slug, act)


@allowed("accounts.operate_platform")
@require_POST
def archive(request: HttpRequest, slug: str) -> HttpResponse:
    """Have the final archive made and proven by the owner's worker."""

    def act(commune: Commune, reason: str) -> str:
        if commune.state != CommuneState.OFFBOARDING and not refusal_of(commune):
            raise TransitionError(_("Archiviert wird nur, wer im Auszug ist."))
        order_archive(commune=commune, actor=request.user, reason=reason)
        return _("Das Archiv von %(name)s wird erstellt und geprüft. Laden Sie diese Seite in einigen Minuten neu.")

    return _answer(request, slug, act)


@allowed("accounts.operate_platform")
@require_POST
def delete(request: HttpRequest, slug: str) -> HttpResponse:
    """Have everything removed, after the name was typed again."""
    form = DeletionForm(request.POST)
    if not form.is_valid():
        return commune_page(request, slug, deletion=form, status=422)
    try:
        commune = delete_commune(commune=_existing(slug), actor=request.user, **form.cleaned_data)
    except NameMismatchError as error:
        form.add_error("typed_name", str(error))
        return commune_page(request, slug, deletion=form, status=422)
    except TransitionError as error:
        messages.error(request, str(error))
        return HttpResponseRedirect(reverse("console_commune", args=[slug]))
    messages.success(
        request, _("%(name)s wird gelöscht, sobald das Archiv noch einmal geprüft ist.") % {"name": commune.name}
    )
    return HttpResponseRedirect(reverse("console_communes"))


def _answer(request: HttpRequest, slug: str, act: Callable[[Commune, str], str]) -> HttpResponse:
    form = LifecycleForm(request.POST)
    if not form.is_valid():
        return commune_page(request, slug, lifecycle=form, status=422)
    commune = _existing(slug)
    try:
        messages.success(request, act(commune, form.cleaned_data["reason"]) % {"name": commune.name})
    except TransitionError as error:
        messages.error(request, str(error))
    return HttpResponseRedirect(reverse("console_commune", args=[slug]))


def _existing(slug: str) -> Commune:
    found: Commune | None = present_communes().filter(slug=slug).first()
    if found is None:
        raise Http404(slug)
    return found
