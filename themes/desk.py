"""The brand editor on the clerks' desk, for a commune's administrators."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from tenants.accounts.access import allowed
from themes.actions import change_brand, remove_brand_file
from themes.forms import BrandForm
from themes.models import Brand, BrandChange
from themes.palette import palette_for
from themes.tokens import BrandError, BrandTokens

FORM_FIELDS = {"crest_file": "crest_upload"}


@allowed("themes.change_brand")
@require_http_methods(["GET", "POST"])
def edit_brand(request: HttpRequest) -> HttpResponse:
    """Show the brand with its preview and corrections; store a changed one."""
    brand = Brand.objects.filter(pk=1).first() or Brand(pk=1, **BrandTokens().to_dict())
    form = BrandForm(request.POST or None, request.FILES or None, initial=BrandForm.values_of(brand))
    if request.method == "POST" and form.is_valid() and _stored(request, form, brand):
        messages.success(request, _("Die Marke ist gespeichert und auf allen Seiten sichtbar."))
        return HttpResponseRedirect(reverse("edit_brand"))
    palette = palette_for(brand.tokens)
    return render(
        request,
        "themes/edit_brand.html",
        {
            "form": form,
            "stored": brand,
            "corrections": palette.corrections,
            "light": palette.measurements("light"),
            "changes": BrandChange.objects.all()[:8],
        },
        status=422 if form.errors else 200,
    )


def _stored(request: HttpRequest, form: BrandForm, brand: Brand) -> bool:
    files = form.cleaned_data
    try:
        change_brand(
            actor=request.user,
            tokens=form.tokens(brand),
            logo=files["logo"],
            crest=files["crest_upload"],
            font=files["font"],
        )
    except BrandError as error:
        field = FORM_FIELDS.get(error.field, error.field)
        form.add_error(field if field in form.fields else None, error.sentence)
        return False
    return True


@allowed("themes.change_brand")
@require_POST
def remove_file(request: HttpRequest, kind: str) -> HttpResponse:
    """Take an uploaded logo, crest or typeface away."""
    get_object_or_404(Brand, pk=1)
    remove_brand_file(actor=request.user, kind=kind)
    messages.success(request, _("Die Datei ist entfernt."))
    return HttpResponseRedirect(reverse("edit_brand"))
