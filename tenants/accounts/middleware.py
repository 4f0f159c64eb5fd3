"""Who is signed in, what views declare about who may open them, and what leaves with an answer."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any
from urllib.parse import urlencode

from allauth.mfa.utils import is_mfa_enabled
from django.contrib import messages
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.middleware import get_user
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from tenants.accounts import rules
from tenants.accounts.access import PUBLIC, SIGNED_IN, may
from tenants.accounts.second_factor import SET_UP_VIEWS, factor_was_used, must_use_factor
from tenants.accounts.secret_addresses import has_secret
from tenants.accounts.sessions import go_on_with_session

# views of libraries, by the first part of their URL namespace or their module
LIBRARY_ACCESS: dict[str, str] = {
    "allauth": PUBLIC,  # allauth asks for a sign-in itself where one is needed
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
GetResponse = Callable[[HttpRequest], HttpResponseBase]


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


class SignedInMiddleware:
    """Behind Django's: nobody is signed in with a session that has run out or lacks its second factor.

    Decided when somebody asks who is signed in, so that it costs visitors and static answers nothing.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request.user = SimpleLazyObject(partial(_account_of, request))  # type: ignore[assignment]
        return self.get_response(request)


def _account_of(request: Any) -> Any:
    user = get_user(request)
    if not user.is_authenticated or not user.is_staff:
        return user
    if not go_on_with_session(request.session, user):
        request.session_ended = True
        return _sign_out(request)
    if not must_use_factor(user) or factor_was_used(request, user):
        return user
    if is_mfa_enabled(user):
        # from before it was set up, or somebody else's: whoever it is, signs in with the factor
        return _sign_out(request)
    request.lacks_second_factor = True
    match = request.resolver_match
    return user if match is not None and match.view_name in SET_UP_VIEWS else AnonymousUser()


def _sign_out(request: Any) -> AnonymousUser:
    request.session.flush()
    request._cached_user = AnonymousUser()
    return request._cached_user  # type: ignore[no-any-return]


class AccessMiddleware:
    """Opens a view only to those it declares. Who is not signed in is sent to the sign-in page."""

    def __init__(self, get_response: GetResponse) -> None:
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
            return _ask_who_it_is(request)
        if access != SIGNED_IN and not may(request.user, access):
            raise PermissionDenied(access)
        return None


def _ask_who_it_is(request: Any) -> HttpResponse:
    if getattr(request, "lacks_second_factor", False):
        text = _("Richten Sie zuerst einen zweiten Faktor ein: Ihr Konto darf Daten anderer Menschen sehen.")
        messages.warning(request, text)
        return HttpResponseRedirect(reverse("mfa_index"))
    if getattr(request, "session_ended", False):
        messages.info(request, _("Sie waren eine Weile nicht aktiv. Melden Sie sich bitte wieder an."))
    return HttpResponseRedirect(f"{reverse('account_login')}?{urlencode({'next': request.get_full_path()})}")


class PrivacyMiddleware:
    """Keeps what somebody signed in sees out of every cache, and what opens something out of every Referer.

    Outside whatever finds out who is signed in. What nobody asked a session for is the same for everybody and keeps
    its headers. An address that opens something is told to nobody: as Referer only the host is sent, which forms need
    (with "no-referrer" browsers send no origin either, and Django refuses the form).
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        # without a look at the session an answer can't depend on who asked
        is_personal = request.session.accessed and SESSION_KEY in request.session
        if is_personal and "no-store" not in response.headers.get("Cache-Control", ""):
            response.headers["Cache-Control"] = "private, no-store"
        if request.resolver_match is not None and has_secret(request.resolver_match.route):
            response.headers["Referrer-Policy"] = "strict-origin"
        return response
