"""/pruefen/: anybody may find out whether a document is real. Nothing here writes to the database."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from services.documents import limits, wording
from services.documents.codes import canonical, grouped
from services.documents.forms import CodeForm, PlateForm, UploadForm
from services.documents.plates import bears_plate, shows_plate
from services.documents.queries import VerificationResult, verify_code, verify_upload
from tenants.accounts.access import public
from tenants.communes.limited_views import TOO_MANY_REQUESTS, refusal_in_words, too_many
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
        return too_many(request)
    result = verify_code(code)
    return _result(request, result, status=200 if result.document else 404)


@public
@require_POST
@never_cache
def verify_plate(request: HttpRequest, code: str) -> HttpResponse:
    """Whether the document bears the plate that stands on a paper: yes or no."""
    result = verify_code(code)
    if result.document is None or not shows_plate(result.document):
        return _result(request, result, status=404)
    form = PlateForm(request.POST)
    is_valid = form.is_valid()
    if limits.too_many_plates(request, result.document.verify_code):
        form.add_error("plate", refusal_in_words())
        return _result(request, result, plate_form=form, status=TOO_MANY_REQUESTS)
    if not is_valid:
        return _result(request, result, plate_form=form, status=422)
    return _result(request, result, same_plate=bears_plate(result.document, form.cleaned_data["plate"]))


@public
@require_POST
@never_cache
def verify_file(request: HttpRequest) -> HttpResponse:
    """Compare an uploaded PDF with what was issued. The file is read and forgotten."""
    if limits.exceeded(limits.UPLOADS, request):
        return too_many(request)
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


def _result(
    request: HttpRequest,
    result: VerificationResult,
    *,
    plate_form: PlateForm | None = None,
    same_plate: bool | None = None,
    status: int = 200,
) -> HttpResponse:
    asks_plate = result.document is not None and not result.of_file and shows_plate(result.document)
    context = {
        "plate_form": (plate_form or PlateForm()) if asks_plate else None,
        "faulty_form": plate_form,
        "same_plate": same_plate,
        "result": result,
        "kind": wording.kind_of(result),
        "headline": wording.headline(result),
        "explanation": wording.explanation(result),
        "rows": wording.rows(result, issuer=brand_for_current_commune().official_name),
    }
    return render(request, "documents/result.html", context, status=status)
