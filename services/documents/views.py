"""/pruefen/: anybody may find out whether a document is real. Nothing here writes to the database."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from services.documents import limits, wording
from services.documents.codes import canonical, grouped
from services.documents.forms import CodeForm, UploadForm
from services.documents.queries import VerificationResult, verify_code, verify_upload
from tenants.accounts.access import public
from themes.queries import brand_for_current_commune


@public
@require_GET
@never_cache
def verify(request: HttpRequest) -> HttpResponse:
    """The two ways to verify: enter the code, or hand in the file."""
    if "code" not in request.GET:
        return _page(request)
    form = CodeForm(request.GET)
    if not form.is_valid():
        return _page(request, code_form=form, status=422)
    code = canonical(form.cleaned_data["code"])
    if code is None:
        form.add_error("code", CodeForm.mistyped)
        return _page(request, code_form=form, status=422)
    return redirect("documents:verify_code", code=grouped(code))


@public
@require_GET
@never_cache
def verify_by_code(request: HttpRequest, code: str) -> HttpResponse:
    """What the QR code leads to."""
    if limits.exceeded(limits.CODES, request):
        return _too_many(request)
    result = verify_code(code)
    return _result(request, result, status=200 if result.document else 404)


@public
@require_POST
@never_cache
def verify_file(request: HttpRequest) -> HttpResponse:
    """Compare an uploaded PDF with what was issued. The file is read and forgotten."""
    if limits.exceeded(limits.UPLOADS, request):
        return _too_many(request)
    form = UploadForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, upload_form=form, status=422)
    return _result(request, verify_upload(form.cleaned_data["pdf"].read()))


def _page(
    request: HttpRequest,
    *,
    code_form: CodeForm | None = None,
    upload_form: UploadForm | None = None,
    status: int = 200,
) -> HttpResponse:
    context: dict[str, Any] = {
        "code_form": code_form or CodeForm(),
        "upload_form": upload_form or UploadForm(),
        "faulty_form": code_form or upload_form,
    }
    return render(request, "documents/verify.html", context, status=status)


def _result(request: HttpRequest, result: VerificationResult, *, status: int = 200) -> HttpResponse:
    context = {
        "result": result,
        "kind": wording.kind_of(result),
        "headline": wording.headline(result),
        "explanation": wording.explanation(result),
        "rows": wording.rows(result, issuer=brand_for_current_commune().official_name),
    }
    return render(request, "documents/result.html", context, status=status)


def _too_many(request: HttpRequest) -> HttpResponse:
    return render(request, "documents/too_many.html", status=429)
