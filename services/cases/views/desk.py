"""The clerks' desk: the inbox, a case, and what a clerk does with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import urlencode
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from services.cases.actions import (
    DecisionIncomplete,
    TransitionError,
    ask_applicant,
    decide_case,
    retry_step,
    settle_charge,
)
from services.cases.forms import DecisionForm, QuestionForm
from services.cases.history import entries_of
from services.cases.letters import needs_zone
from services.cases.models import Case, CaseState, CaseStep
from services.cases.offerings import settings_of
from services.cases.outbox import step_handlers
from services.cases.queries import (
    case_by_number,
    cases_for_clerk,
    current_documents,
    deadline_of,
    inbox_filters,
    uploads_of,
    what_is_missing,
)
from services.cases.status import CaseReason, reasons_of
from services.cases.zones import zone_choices
from services.documents.queries import document_by_code, file_response
from services.forms.queries import form_of
from services.forms.schema import SummaryRow, summary
from services.payments.actions import ChargeConflict
from services.payments.queries import charges_for_reference
from tenants.accounts.access import allowed, may

PAGE_SIZE = 50
DOTS = {
    CaseState.SUBMITTED: "rest",
    CaseState.IN_REVIEW: "info",
    CaseState.WAITING: "warn",
    CaseState.GRANTED: "ok",
    CaseState.REJECTED: "danger",
    CaseState.WITHDRAWN: "rest",
    CaseState.CLOSED: "rest",
}


@dataclass(frozen=True, slots=True)
class InboxRow:
    """A case as a line of the inbox or as the card beside it."""

    case: Case
    missing: str
    deadline: str
    urgency: str
    dot: str
    stand: str

    @property
    def reasons(self) -> list[CaseReason]:
        return reasons_of(self.case)

    @property
    def answers(self) -> list[SummaryRow]:
        return answers_of(self.case)


@dataclass(frozen=True, slots=True)
class StepLine:
    """A step with its name in words."""

    row: CaseStep
    label: str

    @classmethod
    def of(cls, step: CaseStep) -> StepLine:
        known = step.name in step_handlers
        return cls(step, str(step_handlers.get(step.name).label) if known else step.name)


@allowed("cases.see_inbox")
@never_cache
@require_safe
def inbox(request: HttpRequest) -> HttpResponse:
    """Cases in hand, the nearest deadline first, with one of them opened at the side."""
    wanted = {name: request.GET.get(name, "") for name in ("filter", "q", "sort")}
    cases = cases_for_clerk(chip=wanted["filter"] or "alle", search=wanted["q"], sort=wanted["sort"] or "frist")
    page = Paginator(cases, PAGE_SIZE).get_page(request.GET.get("page"))
    rows = [_row(case) for case in page.object_list]
    selected = next((row for row in rows if row.case.number == request.GET.get("vorgang")), rows[0] if rows else None)
    filters = inbox_filters()
    query = urlencode({name: value for name, value in wanted.items() if value})
    context = {"page": page, "rows": rows, "selected": selected, "filters": filters, "wanted": wanted, "query": query}
    return render(request, "cases/desk/inbox.html", context)


@allowed("cases.see_case")
@never_cache
@require_safe
def case_page(request: HttpRequest, number: str) -> HttpResponse:
    """Everything about one case."""
    return _case_page(request, _case_or_404(number))


@allowed("cases.see_case")
@never_cache
@require_POST
def decide(request: HttpRequest, number: str) -> HttpResponse:
    """Grant or reject by hand."""
    case = _case_or_404(number)
    form = _decision_form(case, request.POST)
    if not form.is_valid():
        return _case_page(request, case, decision_form=form, status=422)
    given = form.cleaned_data
    try:
        decide_case(case=case, actor=request.user, outcome=given["outcome"], reason=given["reason"], facts=form.facts)
    except DecisionIncomplete as missing:
        form.add_error(missing.field if missing.field in form.fields else None, str(missing))
        return _case_page(request, case, decision_form=form, status=422)
    except TransitionError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Entschieden. Der Bescheid wird erstellt und verschickt."))
    return redirect("cases:desk_case", case.number)


@allowed("cases.see_case")
@never_cache
@require_POST
def ask(request: HttpRequest, number: str) -> HttpResponse:
    """Put a question to the applicant."""
    case = _case_or_404(number)
    form = QuestionForm(request.POST)
    if not form.is_valid():
        return _case_page(request, case, question_form=form, status=422)
    try:
        ask_applicant(case=case, actor=request.user, text=form.cleaned_data["text"])
    except TransitionError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Ihre Frage ist unterwegs. Der Vorgang wartet auf die Antwort."))
    return redirect("cases:desk_case", case.number)


@allowed("cases.see_case")
@never_cache
@require_POST
def retry(request: HttpRequest, number: str, name: str) -> HttpResponse:
    """Try a failed step again."""
    case = _case_or_404(number)
    try:
        retry_step(step=get_object_or_404(case.steps, name=name), actor=request.user)
    except TransitionError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Der Schritt läuft noch einmal."))
    return redirect("cases:desk_case", case.number)


@allowed("cases.see_case")
@never_cache
@require_POST
def paid(request: HttpRequest, number: str, charge: int) -> HttpResponse:
    """Note that the fee has come in."""
    case = _case_or_404(number)
    try:
        settle_charge(
            case=case, charge=get_object_or_404(charges_for_reference(case.number), pk=charge), actor=request.user
        )
    except ChargeConflict:
        messages.error(request, _("Diese Rechnung ist storniert."))
    except TransitionError as error:
        messages.error(request, str(error))
    return redirect("cases:desk_case", case.number)


@allowed("cases.see_case")
@never_cache
@require_safe
def document(request: HttpRequest, number: str, code: str) -> HttpResponse:
    """A document of the case."""
    case = _case_or_404(number)
    found = document_by_code(code)
    if found is None or found.reference != case.number:
        raise Http404(code)
    return file_response(found)


@allowed("cases.see_case")
@never_cache
@require_safe
def upload(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """A file that was handed in with the case: always as a download, never shown as a page of ours."""
    found = get_object_or_404(uploads_of(_case_or_404(number)), pk=pk)
    with found.file.open("rb") as file:
        response = HttpResponse(file.read(), content_type=found.content_type)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "sandbox"
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{_quoted(found.original_name)}"
    return response


def answers_of(case: Case) -> list[SummaryRow]:
    """What the applicant answered, question by question."""
    schema = form_of(case.definition_key, case.definition_version)
    return summary(schema, case.answers, get_language() or "de")


def _case_page(
    request: HttpRequest,
    case: Case,
    *,
    decision_form: DecisionForm | None = None,
    question_form: QuestionForm | None = None,
    status: int = 200,
) -> HttpResponse:
    context: dict[str, Any] = {
        "row": _row(case),
        "case": case,
        "timeline": entries_of(case.events.all()),
        "steps": [StepLine.of(step) for step in case.steps.all()],
        "documents": current_documents(case),
        "uploads": list(uploads_of(case)),
        "charges": list(charges_for_reference(case.number)),
        "letters": list(case.messages.all()),
        "decision_form": decision_form or _decision_form(case),
        "question_form": question_form or QuestionForm(),
        "may_decide": may(request.user, "cases.decide_case", case),
        "may_settle": may(request.user, "cases.settle_charge", case),
        "may_retry": may(request.user, "cases.retry_step", case),
    }
    return render(request, "cases/desk/case.html", context, status=status)


def _decision_form(case: Case, given: Any = None) -> DecisionForm:
    asks_zone = needs_zone(case) and not case.facts.get("zone")
    zones = zone_choices(settings_of(case)) if asks_zone else []
    return DecisionForm(given, initial={"outcome": case.proposal}, zones=zones)


def _row(case: Case) -> InboxRow:
    deadline, urgency = deadline_of(case)
    stand = _("Vorschlag liegt bereit") if case.state == CaseState.IN_REVIEW and case.proposal else ""
    return InboxRow(
        case=case,
        missing=what_is_missing(case),
        deadline=deadline,
        urgency=urgency,
        dot=DOTS[CaseState(case.state)],
        stand=stand or str(case.get_state_display()),
    )


def _case_or_404(number: str) -> Case:
    case = case_by_number(number)
    if case is None:
        raise Http404(repr(number))
    return case


def _quoted(name: str) -> str:
    return quote(name, safe="")
