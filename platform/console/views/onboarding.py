"""Taking a commune on: choose, answer, check, order, watch."""

from __future__ import annotations

import uuid
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from console.frame import page
from console.models import DirectoryEntry, Onboarding
from console.onboarding import actions, steps
from console.onboarding.actions import OnboardingError
from console.onboarding.answers import rows_of
from console.onboarding.forms import FreeEntryForm
from console.onboarding.preview import preview_of
from console.queries import directory_entries, open_onboardings
from services.definitions.queries import all_newest, bundles
from tenants.accounts.access import allowed
from tenants.communes.queries import present_communes, runs_in_progress

CURRENT = "console_onboarding"
PER_PAGE = 20


@allowed("accounts.operate_platform")
@require_safe
def choose(request: HttpRequest) -> HttpResponse:
    """Search the official directory; below, what was begun and not finished."""
    wanted = request.GET.get("q", "").strip()[:100]
    found = Paginator(directory_entries(wanted), PER_PAGE).get_page(request.GET.get("page"))
    taken = dict(present_communes().filter(ars__in=[entry.ars for entry in found]).values_list("ars", "slug"))
    entries = [(entry, taken.get(entry.ars, "")) for entry in found]
    return page(
        request,
        "console/onboarding/choose.html",
        current=CURRENT,
        wanted=wanted,
        found=found,
        entries=entries,
        query=urlencode({"q": wanted}),
        size=DirectoryEntry.objects.count(),
        begun=open_onboardings(),
        running=runs_in_progress(),
        total=steps.TOTAL,
        import_command="rathausplatz directory import gemeindeverzeichnis.csv",
    )


@allowed("accounts.operate_platform")
@require_POST
def begin(request: HttpRequest) -> HttpResponse:
    """Begin with an entry of the directory."""
    wanted = request.POST.get("ars", "")
    entry = DirectoryEntry.objects.filter(ars=wanted).first() if wanted.isalnum() else None
    if entry is None:
        messages.error(request, _("Wählen Sie eine Gemeinde aus der Liste."))
        return HttpResponseRedirect(reverse("console_onboarding"))
    return _begin(request, entry=entry)


@allowed("accounts.operate_platform")
@require_http_methods(["GET", "HEAD", "POST"])
def free_entry(request: HttpRequest) -> HttpResponse:
    """Begin with a commune that the directory does not have."""
    form = FreeEntryForm(request.POST or None, initial={"official_name": request.GET.get("name", "")})
    if request.method == "POST" and form.is_valid():
        return _begin(request, facts=form.cleaned_data)
    status = 422 if form.errors else 200
    return page(request, "console/onboarding/free.html", current=CURRENT, status=status, form=form, total=steps.TOTAL)


def _begin(request: HttpRequest, **chosen: Any) -> HttpResponse:
    try:
        onboarding = actions.begin_onboarding(actor=request.user, **chosen)
    except OnboardingError as error:
        messages.error(request, str(error))
        return HttpResponseRedirect(reverse("console_onboarding"))
    return _to_step(onboarding, steps.STEPS[0])


@allowed("accounts.operate_platform")
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: HttpRequest, key: uuid.UUID, step: str) -> HttpResponse:
    """One page of questions."""
    onboarding = _existing(key)
    if onboarding.run_id is not None:
        return _to_run(onboarding)
    here = _step(step)
    if request.method == "POST":
        form = here.form(request.POST, request.FILES)
        if form.is_valid():
            onboarding = actions.save_step(
                onboarding=onboarding, actor=request.user, step=here, values=form.cleaned_data
            )
            if "preview" in request.POST:
                return _to_step(onboarding, here, "#vorschau")
            return _after(onboarding, here, back_to_check="check" in request.GET)
    else:
        form = here.form(initial={k: v for k, v in onboarding.answers.items() if k != "logo"})
    return _step_page(request, onboarding, here, form)


def _step_page(request: HttpRequest, onboarding: Onboarding, here: steps.Step, form: Form) -> HttpResponse:
    before = steps.preceding(here)
    shown = onboarding.answers | (form.cleaned_data if form.is_bound and not form.errors else {})
    return page(
        request,
        f"console/onboarding/{here.key}.html",
        current=CURRENT,
        status=422 if form.errors else 200,
        onboarding=onboarding,
        answers=onboarding.answers,
        step=here,
        number=steps.number_of(here),
        total=steps.TOTAL,
        form=form,
        back=_address(onboarding, before) if before else reverse("console_onboarding"),
        preview=preview_of(shown) if here.key == "gestalt" else None,
        base_domain=settings.BASE_DOMAIN,
        contents=_contents() if here.key == "leistungen" else None,
    )


def _contents() -> list[tuple[str, list[str]]]:
    titles = {each.key: each.text("title", "de") for each in all_newest()}
    return [(each.title, [titles[key] for key in each.definitions if key in titles]) for each in bundles()]


def _after(onboarding: Onboarding, here: steps.Step, *, back_to_check: bool) -> HttpResponse:
    following = steps.first_open(onboarding) if back_to_check else steps.following(here)
    if following is None:
        return HttpResponseRedirect(reverse("console_onboarding_check", args=[onboarding.pk]))
    return _to_step(onboarding, following)


@allowed("accounts.operate_platform")
@require_http_methods(["GET", "HEAD", "POST"])
def check(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """All answers once more; POST orders the commune."""
    onboarding = _existing(key)
    if onboarding.run_id is not None:
        return _to_run(onboarding)
    missing = steps.first_open(onboarding)
    if missing is not None:
        return _to_step(onboarding, missing)
    problems: list[str] = []
    if request.method == "POST":
        try:
            actions.order_commune(onboarding=onboarding, actor=request.user)
        except ValidationError as error:
            problems = error.messages
        else:
            return _to_run(_existing(key))
    return page(
        request,
        "console/onboarding/check.html",
        current=CURRENT,
        status=422 if problems else 200,
        onboarding=onboarding,
        problems=[{"id": "", "message": text} for text in problems],
        rows=rows_of(onboarding),
        preview=preview_of(onboarding.answers),
        answers=onboarding.answers,
        total=steps.TOTAL,
        back=_address(onboarding, steps.STEPS[-1]),
    )


@allowed("accounts.operate_platform")
@require_POST
def discard(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Throw an unfinished onboarding away."""
    onboarding = _existing(key)
    actions.discard_onboarding(onboarding=onboarding, actor=request.user)
    messages.success(request, _("Die Aufnahme von %(name)s ist verworfen.") % {"name": onboarding})
    return HttpResponseRedirect(reverse("console_onboarding"))


def _existing(key: uuid.UUID) -> Onboarding:
    found = Onboarding.objects.filter(pk=key).first()
    if found is None:
        raise Http404(str(key))
    return found


def _step(key: str) -> steps.Step:
    try:
        return steps.step_of(key)
    except steps.UnknownStepError as error:
        raise Http404(key) from error


def _address(onboarding: Onboarding, step: steps.Step) -> str:
    return reverse("console_onboarding_step", args=[onboarding.pk, step.key])


def _to_step(onboarding: Onboarding, step: steps.Step, anchor: str = "") -> HttpResponse:
    return HttpResponseRedirect(_address(onboarding, step) + anchor)


def _to_run(onboarding: Onboarding) -> HttpResponse:
    return HttpResponseRedirect(reverse("console_run", args=[onboarding.run_id]))
