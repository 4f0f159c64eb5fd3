"""Following a case: number and code, the status page, documents, messages."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from services.cases import access
from services.cases.actions import TransitionError, withdraw_case, write_message
from services.cases.forms import MessageForm, TrackForm
from services.cases.limits import TooManyTries, count_message
from services.cases.models import Case
from services.cases.queries import case_by_number
from services.cases.status import status_of
from services.documents.queries import document_by_code, file_response
from tenants.accounts.access import public

REFRESH_SECONDS = "3"


def own_case(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Give the view the case of its number if this visitor may open it; else ask for number and code.

    The answer is the same whether the case does not exist, belongs to another commune, or is someone else's.
    """

    @wraps(view)
    def opened(request: HttpRequest, number: str, **rest: Any) -> HttpResponse:
        case = case_by_number(number)
        if case is None or not access.may_open(request, case):
            form = TrackForm(initial={"number": number})
            return render(request, "cases/track.html", {"form": form, "is_closed": True}, status=404)
        return view(request, case, **rest)

    return opened


@public
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def track(request: HttpRequest) -> HttpResponse:
    """Open a case by its number and code."""
    if request.method != "POST":
        form = TrackForm(initial={"number": request.GET.get("nummer", "")})
        return render(request, "cases/track.html", {"form": form})
    form = TrackForm(request.POST)
    if not form.is_valid():
        return render(request, "cases/track.html", {"form": form}, status=422)
    number = form.cleaned_data["number"]
    if access.too_many_tries(request, number):
        form.add_error(None, _("Das waren zu viele Versuche. Warten Sie eine Viertelstunde, dann geht es weiter."))
        return render(request, "cases/track.html", {"form": form}, status=429)
    case = case_by_number(number)
    if case is None or not access.code_fits(case, form.cleaned_data["code"]):
        form.add_error("code", _("Nummer und Code passen nicht zusammen. Vergleichen Sie beide mit der Bestätigung."))
        return render(request, "cases/track.html", {"form": form}, status=422)
    access.grant(request, case)
    return redirect("cases:status", case.number)


@public
@never_cache
@require_safe
def open_by_link(request: HttpRequest, number: str, token: str) -> HttpResponse:
    """The link in a mail: opens the case for this visit and leaves the token behind."""
    case = case_by_number(number)
    if case and access.token_opens(case, token):
        access.grant(request, case)
    return redirect("cases:status", number)


@public
@never_cache
@require_safe
@own_case
def status(request: HttpRequest, case: Case) -> HttpResponse:
    """The result first, then the history, then what happens next and by when."""
    return _status_page(request, case, MessageForm())


@public
@never_cache
@require_safe
@own_case
def reasons(request: HttpRequest, case: Case) -> HttpResponse:
    """Why it was decided like this, condition by condition."""
    return render(request, "cases/reasons.html", {"case": case, "status": status_of(case)})


@public
@never_cache
@require_safe
@own_case
def document(request: HttpRequest, case: Case, code: str) -> HttpResponse:
    """A document of the case, for those who may open the case."""
    found = document_by_code(code)
    if found is None or found.reference != case.number:
        raise Http404(code)
    return file_response(found)


@public
@never_cache
@require_POST
@own_case
def message(request: HttpRequest, case: Case) -> HttpResponse:
    """Write to the clerks."""
    form = MessageForm(request.POST)
    if not form.is_valid():
        return _status_page(request, case, form, code=422)
    try:
        count_message(request, case)
        write_message(case=case, text=form.cleaned_data["text"], user=_person(request))
    except TooManyTries as refusal:
        form.add_error("text", str(refusal))
        return _status_page(request, case, form, code=429)
    except TransitionError as busy:
        form.add_error("text", str(busy))
        return _status_page(request, case, form, code=503)
    messages.success(request, _("Ihre Nachricht ist angekommen. Wir antworten per E-Mail."))
    return redirect("cases:status", case.number)


@public
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@own_case
def withdraw(request: HttpRequest, case: Case) -> HttpResponse:
    """Take the application back, after a question."""
    if request.method != "POST":
        return render(request, "cases/withdraw.html", {"case": case})
    try:
        withdraw_case(case=case, user=_person(request))
    except TransitionError as error:
        messages.error(request, str(error))
    return redirect("cases:status", case.number)


def _status_page(request: HttpRequest, case: Case, form: MessageForm, code: int = 200) -> HttpResponse:
    seen = status_of(case)
    context = {
        "case": case,
        "status": seen,
        "form": form,
        "access_code": access.grouped(access.access_code(case)) if access.is_fresh(request, case) else "",
        "show_messages": True,
    }
    response = render(request, "cases/status.html", context, status=code)
    if seen.is_running and code == 200:
        response["Refresh"] = REFRESH_SECONDS
    return response


def _person(request: HttpRequest) -> Any:
    return request.user if request.user.is_authenticated else None
