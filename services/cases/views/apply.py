"""Filling in an application: start, one question a page, check your answers, send. Works without JavaScript."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from services.cases import access, zones
from services.cases.actions import CaseBusy, SubmissionIncomplete, applicant_from, submit_case
from services.cases.limits import BEGINNING, SENDING, TooManyTries, count_or_refuse, may_be_mailed
from services.cases.offerings import OfferedService, OfferingNotFound, offered_service
from services.cases.queries import case_by_number
from services.definitions.definition import Definition
from services.forms.actions import save_step, start_draft
from services.forms.models import Draft
from services.forms.queries import form_of
from services.forms.quotas import DraftError, TooManyDrafts, origin_of
from services.forms.rendering import StepForm, step_form
from services.forms.schema import (
    FormContext,
    FormSchema,
    effective_answers,
    first_open_step,
    next_step,
    previous_step,
    summary,
    visible_steps,
)
from services.forms.stamps import key_of, stamp_of
from services.forms.uploads import UploadRefused
from tenants.accounts.access import public
from tenants.communes.limits import address_of

from .drafts import address_of_step, current_draft, draft_of_page, remember_draft, sent_draft_of_page

FROM_CHECK = "pruefen"
INCOMPLETE = 422
TOO_MANY_REQUESTS = 429
BUSY = 503
STALE = 409
STAMP = "_stand"


@public
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def start(request: HttpRequest, slug: str) -> HttpResponse:
    """What is needed, and the button that begins a draft."""
    service = _service_or_404(slug)
    if request.method != "POST":
        return _start_page(request, service)
    shared = _definition(service)
    try:
        count_or_refuse(BEGINNING, address_of(request))
        draft = start_draft(
            offering_slug=service.slug,
            definition_key=shared.key,
            definition_version=shared.version,
            origin=origin_of(request),
        )
    except (TooManyTries, TooManyDrafts) as refusal:
        return _start_page(request, service, fault=str(refusal))
    remember_draft(request, slug, draft.token)
    return redirect("cases:step", slug, form_of(shared.key, shared.version).steps[0].key)


def _start_page(request: HttpRequest, service: OfferedService, fault: str = "") -> HttpResponse:
    open_one = current_draft(request, service.slug)
    going_on = _place_to_go_on(request, open_one) if open_one and open_one.answers else ""
    context = {"service": service, "going_on": going_on, "fault": fault}
    return render(request, "cases/start.html", context, status=TOO_MANY_REQUESTS if fault else 200)


@public
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def step(request: HttpRequest, slug: str, step_key: str) -> HttpResponse:
    """One page of the form."""
    service = _service_or_404(slug)
    draft = draft_of_page(request, slug)
    if draft is None:
        return _gone(request, service)
    schema = form_of(draft.definition_key, draft.definition_version)
    if elsewhere := _detour(schema, draft, step_key):
        return redirect(address_of_step(request, draft, "step", elsewhere))
    data, files = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    context = FormContext(settings=service.settings)
    page = step_form(schema, step_key, data, files, answers=draft.answers, known=_known(request), context=context)
    if request.method == "POST" and page.is_valid():
        try:
            draft = save_step(draft=draft, step_key=step_key, answers=page.answers, uploads=page.uploads)
        except UploadRefused as refusal:
            page.add_error(next(iter(page.uploads)), str(refusal))
        except DraftError:
            return _gone(request, service)
        else:
            return redirect(_after(request, schema, draft, step_key))
    return _question_page(request, service, draft, page)


@public
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def check(request: HttpRequest, slug: str) -> HttpResponse:
    """Check your answers; sending twice leads to the same case."""
    service = _service_or_404(slug)
    draft = draft_of_page(request, slug)
    if draft is None:
        return _gone(request, service)
    schema = form_of(draft.definition_key, draft.definition_version)
    if missing := first_open_step(schema, draft.answers):
        return redirect(address_of_step(request, draft, "step", missing.key))
    if request.method == "POST" and request.POST.get(STAMP) != stamp_of(draft):
        return _check_page(request, service, draft, schema, refusal=_changed_meanwhile(), status=STALE)
    if request.method == "POST":
        return _submit(request, service, draft, schema)
    return _check_page(request, service, draft, schema)


@public
@never_cache
def thanks(request: HttpRequest, slug: str) -> HttpResponse:
    """Where an application that was sent from here leads to: its case."""
    sent = sent_draft_of_page(request, slug)
    return redirect("cases:status", sent.reference) if sent else redirect("cases:start", slug)


def _submit(request: HttpRequest, service: OfferedService, draft: Draft, schema: FormSchema) -> HttpResponse:
    applicant = applicant_from(schema, effective_answers(schema, draft.answers))
    try:
        count_or_refuse(SENDING, address_of(request))
        with may_be_mailed(request, applicant.email) as mailed:
            case = submit_case(
                draft=draft, applicant=applicant, user=request.user, language=get_language(), mailed=mailed
            )
    except TooManyTries as refusal:
        return _check_page(request, service, draft, schema, refusal=str(refusal), status=TOO_MANY_REQUESTS)
    except CaseBusy as busy:
        return _check_page(request, service, draft, schema, refusal=str(busy), status=BUSY)
    except SubmissionIncomplete as incomplete:
        return _check_page(request, service, draft, schema, errors=incomplete.errors, status=INCOMPLETE)
    except DraftError:
        return _gone(request, service)
    access.grant(request, case, fresh=True)
    return redirect("cases:status", case.number)


def _question_page(request: HttpRequest, service: OfferedService, draft: Draft, page: StepForm) -> HttpResponse:
    keys = [each.key for each in visible_steps(page.schema, draft.answers)]
    before = previous_step(page.schema, draft.answers, page.step.key)
    back = address_of_step(request, draft, "step", before.key) if before else _url("start", service.slug)
    context = {
        "service": service,
        "draft": key_of(draft.token),
        "form": page,
        "current": keys.index(page.step.key) + 1,
        "total": len(keys),
        "back": address_of_step(request, draft, "check") if FROM_CHECK in request.GET else back,
        "good_news": _good_news(page.schema, draft, service, before.key if before else ""),
        "has_files": any(question.kind == "file" for question in page.questions),
        "held_file": _held_file(page),
    }
    return render(request, "cases/step.html", context, status=422 if page.errors else 200)


def _check_page(
    request: HttpRequest,
    service: OfferedService,
    draft: Draft,
    schema: FormSchema,
    *,
    errors: dict[str, dict[str, str]] | None = None,
    refusal: str = "",
    status: int = 200,
) -> HttpResponse:
    language = get_language() or "de"
    rows = [
        {"label": row.label, "value": row.value, "url": _change_url(request, draft, row.change_step)}
        for row in summary(schema, draft.answers, language)
    ]
    before = previous_step(schema, draft.answers)
    problems = [
        {"url": _change_url(request, draft, key), "message": message}
        for key, messages in (errors or {}).items()
        for message in messages.values()
    ]
    context = {
        "service": service,
        "draft": key_of(draft.token),
        "stamp": stamp_of(draft),
        "rows": rows,
        "before_sending": schema.before_sending.in_language(language) if schema.before_sending else "",
        "back": address_of_step(request, draft, "step", before.key) if before else _url("start", service.slug),
        "problems": problems,
        "refusal": refusal,
    }
    return render(request, "cases/check.html", context, status=status)


def _good_news(schema: FormSchema, draft: Draft, service: OfferedService, before: str) -> str:
    """What the page before found out, such as the zone of the address."""
    fields = schema.step(before).fields if before else ()
    checked = next((field for field in fields if field.check == zones.CHECK), None)
    return zones.good_news_about(draft.answers.get(checked.key), service.settings) if checked else ""


def _after(request: HttpRequest, schema: FormSchema, draft: Draft, step_key: str) -> str:
    """Where a saved page leads: the next one, or back to the check page if that is where it was opened from."""
    if FROM_CHECK in request.GET:
        missing = first_open_step(schema, draft.answers)
        return _change_url(request, draft, missing.key) if missing else address_of_step(request, draft, "check")
    target = next_step(schema, draft.answers, step_key)
    return address_of_step(request, draft, "step", target.key) if target else address_of_step(request, draft, "check")


def _detour(schema: FormSchema, draft: Draft, step_key: str) -> str:
    """The page to go to instead, if this one is not asked or earlier ones are still open; "" otherwise."""
    keys = [each.key for each in visible_steps(schema, draft.answers)]
    first = first_open_step(schema, draft.answers)
    if step_key not in keys:
        if step_key not in {each.key for each in schema.steps}:
            raise Http404(step_key)
        return first.key if first else keys[-1]
    if first and keys.index(step_key) > keys.index(first.key):
        return first.key
    return ""


def _held_file(page: StepForm) -> str:
    """The name of the file that was uploaded on this page before; "" if there is none."""
    answers = (page.given.get(question.key) for question in page.questions if question.kind == "file")
    return next((str(answer["name"]) for answer in answers if answer), "")


def _place_to_go_on(request: HttpRequest, draft: Draft) -> str:
    first = first_open_step(form_of(draft.definition_key, draft.definition_version), draft.answers)
    return address_of_step(request, draft, "step", first.key) if first else address_of_step(request, draft, "check")


def _changed_meanwhile() -> str:
    return _(
        "Ihre Angaben haben sich geändert, seit Sie diese Seite geöffnet haben. Prüfen Sie sie noch einmal und senden "
        "Sie dann ab."
    )


def _gone(request: HttpRequest, service: OfferedService) -> HttpResponse:
    """No draft to go on with: it was sent (then to the case), expired, or the browser forgot it."""
    sent = sent_draft_of_page(request, service.slug)
    case = case_by_number(sent.reference) if sent else None
    if case:
        access.grant(request, case, fresh=True)
        return redirect("cases:status", case.number)
    return render(request, "cases/gone.html", {"service": service}, status=410)


def _known(request: HttpRequest) -> dict[str, Any]:
    return {"applicant.email": request.user.email} if request.user.is_authenticated else {}


def _url(name: str, *args: str) -> str:
    return reverse(f"cases:{name}", args=args)


def _change_url(request: HttpRequest, draft: Draft, step_key: str) -> str:
    address = address_of_step(request, draft, "step", step_key)
    return f"{address}{'&' if '?' in address else '?'}{FROM_CHECK}=1"


def _definition(service: OfferedService) -> Definition:
    if service.definition is None:
        raise Http404(service.slug)
    return service.definition


def _service_or_404(slug: str) -> OfferedService:
    try:
        service = offered_service(slug, get_language() or "de")
    except OfferingNotFound:
        raise Http404(slug) from None
    if not service.is_applied_for_online:
        raise Http404(_("Diesen Antrag gibt es hier nicht online."))
    return service
