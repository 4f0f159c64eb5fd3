"""Reading, writing, confirming, supporting and reporting ideas."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from services.participation import actions, queries
from services.participation.faults import IdeaError, TokenUnknown, TooOften
from services.participation.forms import IdeaForm, ReportForm
from services.participation.limits import REPORTING, SUPPORTING, WRITING, count_or_refuse
from services.participation.models import Idea
from services.participation.states import IdeaState
from tenants.accounts.access import public
from tenants.communes.limits import address_of
from tenants.communes.page_caching import mark_cacheable

from .supporters import new_supporter, supporter_of

PER_PAGE = 20
TOO_MANY_REQUESTS = 429
GONE = 410
NOT_PROCESSED = 422
read_or_send = require_http_methods(["GET", "HEAD", "POST"])


def crumbs(*more: dict[str, str]) -> list[dict[str, str]]:
    """The way from the home page to an idea's page."""
    ideas = reverse("participation:ideas")
    landing = ideas.removesuffix("ideen/")
    home = {"title": _("Startseite"), "url": landing.removesuffix("mitmachen/")}
    return [home, {"title": _("Mitmachen"), "url": landing}, {"title": _("Ideen"), "url": ideas}, *more]


@public
@require_safe
def ideas(request: HttpRequest) -> Any:
    """All public ideas, newest or most supported first."""
    order = queries.LIKED if request.GET.get("order") == queries.LIKED else queries.NEWEST
    district = request.GET.get("district", "")
    figures = queries.participation_figures()
    paginator = Paginator(queries.ideas_for_public(order, district), PER_PAGE)
    if not district:
        paginator.count = figures.ideas  # known already: one query less
    page = paginator.get_page(request.GET.get("page"))
    context = {
        "page": page,
        "order": order,
        "district": district,
        "query": urlencode({"order": order, **({"district": district} if district else {})}),
        "figures": figures,
        "breadcrumbs": crumbs(),
    }
    response = render(request, "participation/ideas.html", context)
    return response if request.GET else mark_cacheable(request, response, 300)


@public
@require_safe
def idea(request: HttpRequest, pk: int) -> HttpResponse:
    """One idea."""
    return _idea_page(request, _public_idea(pk))


def _idea_page(request: HttpRequest, found: Idea, fault: str = "", status: int = 200) -> HttpResponse:
    title = f"{found.text[:40].rstrip()}…" if len(found.text) > 40 else found.text
    context = {"idea": found, "fault": fault, "breadcrumbs": crumbs({"title": title, "url": ""})}
    return render(request, "participation/idea.html", context, status=status)


@public
@never_cache
@read_or_send
def write(request: HttpRequest) -> HttpResponse:
    """Write an idea; what a machine sends through the bait is thanked for and dropped."""
    form = IdeaForm(queries.areas(), request.POST if request.method == "POST" else None)
    if request.method != "POST":
        return _form_page(request, form)
    if form.is_bait_taken:
        return HttpResponseRedirect(reverse("participation:written"))
    if not form.is_valid():
        return _form_page(request, form, NOT_PROCESSED)
    given = {name: form.cleaned_data[name] for name in ("text", "email", "district", "author_name")}
    try:
        count_or_refuse(WRITING, address_of(request))
        actions.write_idea(**given)
    except IdeaError as error:
        form.add_error(None, error.sentence)
        return _form_page(request, form, TOO_MANY_REQUESTS if isinstance(error, TooOften) else NOT_PROCESSED)
    return HttpResponseRedirect(reverse("participation:written"))


def _form_page(request: HttpRequest, form: IdeaForm, status: int = 200) -> HttpResponse:
    here = {"title": _("Idee aufschreiben"), "url": ""}
    return render(request, "participation/write.html", {"form": form, "breadcrumbs": crumbs(here)}, status=status)


@public
@require_safe
def written(request: HttpRequest) -> HttpResponse:
    """Look into your mail. Says the same whoever wrote what."""
    return render(request, "participation/written.html", {"breadcrumbs": crumbs()})


@public
@never_cache
@read_or_send
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """Show the idea with one button; only the button publishes it."""
    if request.method == "POST":
        return _confirmed(request, token)
    found = queries.idea_by_token(token)
    if found is None:
        return render(request, "participation/link_gone.html", {"breadcrumbs": crumbs()}, status=GONE)
    if found.state == IdeaState.CONFIRMED:
        return HttpResponseRedirect(reverse("participation:idea", args=[found.pk]))
    return render(request, "participation/confirm.html", {"idea": found, "breadcrumbs": crumbs()})


def _confirmed(request: HttpRequest, token: str) -> HttpResponse:
    try:
        found = actions.confirm_idea(token=token)
    except TokenUnknown:
        return render(request, "participation/link_gone.html", {"breadcrumbs": crumbs()}, status=GONE)
    if not found.is_public:
        raise Http404
    return HttpResponseRedirect(reverse("participation:idea", args=[found.pk]))


@public
@require_POST
def support(request: HttpRequest, pk: int) -> HttpResponse:
    """Support an idea, or with `withdraw` take the support back."""
    found = _public_idea(pk)
    response = HttpResponseRedirect(reverse("participation:supported", args=[found.pk]))
    supporter = supporter_of(request)
    if request.POST.get("withdraw"):
        if supporter:
            actions.withdraw_support(idea=found, supporter=supporter)
        return response
    try:
        count_or_refuse(SUPPORTING, address_of(request))
        actions.support_idea(idea=found, supporter=supporter or new_supporter(request, response))
    except TooOften as error:
        return _idea_page(request, found, error.sentence, TOO_MANY_REQUESTS)
    return response


@public
@never_cache
@require_safe
def supported(request: HttpRequest, pk: int) -> HttpResponse:
    """How many support the idea now, and whether oneself does."""
    found = _public_idea(pk)
    mine = queries.is_supported(found, supporter_of(request))
    here = {"title": _("Unterstützen"), "url": ""}
    context: dict[str, Any] = {"idea": found, "mine": mine, "breadcrumbs": crumbs(here)}
    return render(request, "participation/supported.html", context)


@public
@never_cache
@read_or_send
def report(request: HttpRequest, pk: int) -> HttpResponse:
    """Tell the editors that something is wrong with an idea."""
    found = _public_idea(pk)
    form = ReportForm(request.POST if request.method == "POST" else None)
    context = {"idea": found, "form": form, "breadcrumbs": crumbs({"title": _("Idee melden"), "url": ""})}
    if request.method != "POST":
        return render(request, "participation/report.html", context)
    if not form.is_valid():
        return render(request, "participation/report.html", context, status=NOT_PROCESSED)
    response = render(request, "participation/reported.html", context)
    try:
        count_or_refuse(REPORTING, address_of(request))
        reporter = supporter_of(request) or new_supporter(request, response)
        actions.report_idea(idea=found, reporter=reporter, **form.cleaned_data)
    except IdeaError as error:
        form.add_error(None, error.sentence)
        status = TOO_MANY_REQUESTS if isinstance(error, TooOften) else NOT_PROCESSED
        return render(request, "participation/report.html", context, status=status)
    return response


def _public_idea(pk: int) -> Idea:
    return get_object_or_404(queries.ideas_for_public(), pk=pk)
