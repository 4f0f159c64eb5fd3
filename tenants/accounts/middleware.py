"""Enforces what views declare, and the second factor of staff and operators."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from tenants.accounts import rules
from tenants.accounts.access import PUBLIC, SIGNED_IN, may

# views of libraries, by the first part of their URL namespace or their module
LIBRARY_ACCESS: dict[str, str] = {
    "allauth": PUBLIC,  # allauth asks for a sign-in itself where one is needed
    "wagtail.admin.views.account": PUBLIC,
    "wagtail.admin": "accounts.open_editorial_desk",
    "wagtail.contrib.simple_translation": "accounts.open_editorial_desk",
    "wagtail.contrib.redirects": "accounts.open_editorial_desk",
    "wagtail.contrib.search_promotions": "accounts.open_editorial_desk",
    "wagtail.contrib.settings": "accounts.open_editorial_desk",
    "wagtail.contrib.forms": "accounts.open_editorial_desk",
    "wagtail.contrib.styleguide": "accounts.open_editorial_desk",
    "wagtail.embeds": "accounts.open_editorial_desk",
    "wagtail.images.views.serve": PUBLIC,
    "wagtail.images": "accounts.open_editorial_desk",
    "wagtail.documents.views.serve": PUBLIC,
    "wagtail.documents": "accounts.open_editorial_desk",
    "wagtail.snippets": "accounts.open_editorial_desk",
    "wagtail.users": "accounts.open_editorial_desk",
    "wagtail.sites": "accounts.open_editorial_desk",
    "wagtail.locales": "accounts.open_editorial_desk",
    "wagtail.views": PUBLIC,  # published pages; Wagtail checks private ones
    "ninja": PUBLIC,  # the API demands a session of every operation that does not say `auth=None`
    "django.views.i18n": PUBLIC,
    "django.views.static": PUBLIC,
}
LANGUAGE_PREFIX = re.compile(r"^/[a-z]{2}/")
SECOND_FACTOR_PATHS = ("/konto/", "/static/", "/healthz", "/readyz", "/brand.")


def access_of(view: Any) -> str | None:
    """What a view declares, or what its library is known for; None means refused."""
    if isinstance(view, partial):
        return access_of(view.func)
    declared = getattr(view, "access", None) or getattr(getattr(view, "view_class", None), "access", None)
    if declared:
        return str(declared)
    module = getattr(getattr(view, "view_class", view), "__module__", "") or ""
    parts = module.split(".")
    for length in range(len(parts), 0, -1):
        if access := LIBRARY_ACCESS.get(".".join(parts[:length])):
            return access
    return None


class AccessMiddleware:
    """Opens a view only to those it declares. Who is not signed in is sent to the sign-in page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        access = access_of(view)
        if access is None:
            raise PermissionDenied("This view declares no access.")
        if access == PUBLIC:
            return None
        if not rules.is_signed_in(request.user):
            return HttpResponseRedirect(f"{reverse('account_login')}?{urlencode({'next': request.get_full_path()})}")
        if self._lacks_second_factor(request):
            messages.warning(
                request,
                _("Richten Sie zuerst einen zweiten Faktor ein: Ihr Konto darf Daten anderer Menschen sehen."),
            )
            return HttpResponseRedirect(reverse("mfa_index"))
        if access != SIGNED_IN and not may(request.user, access):
            raise PermissionDenied(access)
        return None

    def _lacks_second_factor(self, request: HttpRequest) -> bool:
        if not settings.REQUIRE_SECOND_FACTOR or not request.user.is_staff:
            return False
        if LANGUAGE_PREFIX.sub("/", request.path).startswith(SECOND_FACTOR_PATHS):
            return False
        from allauth.mfa.utils import is_mfa_enabled

        return not is_mfa_enabled(request.user)
