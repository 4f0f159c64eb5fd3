"""Where an administrator takes the commune's data along. Stays open when the portal is closed."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from tenants.accounts.access import allowed
from tenants.accounts.actions import order_export
from tenants.communes.archives.readable.orders import readable_export_to_download, readable_exports_for_staff
from tenants.communes.scope import require_commune


@allowed("accounts.export_commune")
@require_safe
def exports(request: HttpRequest) -> HttpResponse:
    """What was ordered, and the button to order."""
    found = readable_exports_for_staff()
    waiting = any(export.state == export.State.WAITING for export in found)
    response = render(request, "accounts/staff/exports.html", {"exports": found, "waiting": waiting})
    response.headers["Cache-Control"] = "no-store"
    return response


@allowed("accounts.export_commune")
@require_POST
def order(request: HttpRequest) -> HttpResponse:
    """Order a new export; the worker makes it."""
    order_export(actor=request.user)
    messages.success(request, _("Das Paket wird zusammengestellt. Laden Sie diese Seite in einigen Minuten neu."))
    return HttpResponseRedirect(reverse("accounts_exports"))


@allowed("accounts.export_commune")
@require_safe
def download(request: HttpRequest, key: UUID) -> HttpResponse | FileResponse:
    """The file itself, through us: no address of it works without signing in."""
    export = readable_export_to_download(key)
    if export is None or not default_storage.exists(export.path):
        raise Http404(str(key))
    name = f"{require_commune().slug}-{export.created_at:%Y-%m-%d}.zip"
    response = FileResponse(default_storage.open(export.path), as_attachment=True, filename=name)
    response.headers["Cache-Control"] = "private, no-store"
    return response
