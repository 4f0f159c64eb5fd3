"""The administration's screen: what is offered here, and what differs from the shared standard."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from services.definitions.definition import LANGUAGES
from tenants.accounts.access import allowed
from tenants.accounts.models import User

from . import actions, queries
from .faults import CatalogueError, OfferingNotFound
from .forms import FeeForm, RankForm, TextsForm, TownHallForm, ZonesForm
from .models import Offering, Place, SearchMiss
from .offered import OfferedService

MANAGE = "catalogue.manage_offerings"


@allowed(MANAGE)
@require_safe
def offerings(request: HttpRequest) -> HttpResponse:
    """All offerings, published or not."""
    found = queries.services_for_staff(get_language() or "de")
    misses = SearchMiss.objects.all()[:8]
    return render(request, "catalogue/desk/offerings.html", {"services": found, "misses": misses})


@allowed(MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def offering(request: HttpRequest, slug: str) -> HttpResponse:
    """One offering: fee, rank, zones and texts; each part is saved on its own."""
    language = request.GET.get("language", "de")
    if language not in LANGUAGES:
        raise Http404
    service = _service(slug, language)
    forms = _forms(service)
    if request.method != "POST":
        return _offering_page(request, service, forms)
    part = request.POST.get("part", "")
    if part not in forms:
        raise Http404
    forms[part] = form = _bound(part, service, request)
    if form.is_valid() and _saved(part, form, service, request.user):
        messages.success(request, _("Gespeichert. Das Portal zeigt es sofort."))
        return HttpResponseRedirect(request.get_full_path())
    return _offering_page(request, service, forms, form)


@allowed(MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def town_hall(request: HttpRequest) -> HttpResponse:
    """The town hall's address, as it stands in notices and on the portal."""
    place = get_object_or_404(Place, is_main=True)
    form = TownHallForm.of(place, request.POST if request.method == "POST" else None)
    if form.is_valid():
        actions.set_address(place=place, actor=request.user, **form.cleaned_data)
        messages.success(request, _("Gespeichert. Die Anschrift steht ab jetzt in jedem Bescheid."))
        return HttpResponseRedirect(reverse("catalogue:town_hall"))
    return render(request, "catalogue/desk/town_hall.html", {"form": form}, status=422 if form.errors else 200)


def _forms(service: OfferedService) -> dict[str, Form]:
    forms: dict[str, Form] = {
        "fee": FeeForm(initial={"fee": _amount(service)}),
        "rank": RankForm(initial={"position": service.position}),
        "texts": TextsForm(service),
    }
    if service.definition and "zones" in service.definition.settings:
        forms["zones"] = ZonesForm.of(service)
    return forms


def _offering_page(
    request: HttpRequest, service: OfferedService, forms: dict[str, Form], faulty: Form | None = None
) -> HttpResponse:
    context = {"service": service, "forms": forms, "faulty": faulty, "languages_of": LANGUAGES}
    return render(request, "catalogue/desk/offering.html", context, status=422 if faulty else 200)


@allowed(MANAGE)
@require_POST
def publish(request: HttpRequest, slug: str) -> HttpResponse:
    """Show an offering on the portal."""
    return _show(request, slug, actions.publish)


@allowed(MANAGE)
@require_POST
def withdraw(request: HttpRequest, slug: str) -> HttpResponse:
    """Take an offering off the portal."""
    return _show(request, slug, actions.withdraw)


def _show(request: HttpRequest, slug: str, action: Callable[..., Offering]) -> HttpResponse:
    action(offering=_row(_service(slug, "de")), actor=request.user)
    return HttpResponseRedirect(reverse("catalogue:offering", args=[slug]))


def _service(slug: str, language: str) -> OfferedService:
    try:
        return queries.any_service(slug, language)
    except OfferingNotFound:
        raise Http404 from None


def _row(service: OfferedService) -> Offering:
    return Offering.objects.get(pk=service.id)


def _amount(service: OfferedService) -> str:
    if not service.has_own_fee or service.fee_cents is None:
        return ""
    return f"{service.fee_cents // 100},{service.fee_cents % 100:02d}"


def _bound(part: str, service: OfferedService, request: HttpRequest) -> Form:
    if part == "texts":
        return TextsForm(service, request.POST)
    if part == "zones":
        return ZonesForm.of(service, request.POST)
    return FeeForm(request.POST) if part == "fee" else RankForm(request.POST)


def _saved(part: str, form: Any, service: OfferedService, actor: Any) -> bool:
    """Save one part; a refusal becomes the form's error."""
    try:
        _save(part, form, service, actor)
    except CatalogueError as error:
        form.add_error(None, error.sentence)
        return False
    return True


def _save(part: str, form: Any, service: OfferedService, actor: User) -> None:
    row = _row(service)
    if part == "fee":
        actions.set_fee(offering=row, fee_cents=form.cleaned_data["fee"], actor=actor)
    elif part == "rank":
        actions.set_position(offering=row, position=form.cleaned_data["position"], actor=actor)
    elif part == "zones":
        given = form.cleaned_data
        actions.set_zones(offering=row, text=given["zones"], postcodes=given.get("postcodes"), actor=actor)
    else:
        actions.override_texts(offering=row, language=service.language, texts=form.changed_modules(), actor=actor)
