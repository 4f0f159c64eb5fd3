"""How the editors' desk differs from Wagtail's own."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from wagtail import hooks
from wagtail.models import BaseViewRestriction, Page

from cms.privacy import may_see_file, open_versions_of
from cms.privacy_dialog import PortalPages
from themes.queries import brand_for_current_commune

# accounts, addresses and languages are the administration's and the operator's affair, not the editors'
HIDDEN_SETTINGS = {"users", "groups", "sites", "locales"}


@hooks.register("insert_global_admin_css")
def stylesheets() -> SafeString:
    """The commune's colours and mark."""
    return format_html(
        '<link rel="stylesheet" href="{}"><link rel="stylesheet" href="{}">',
        brand_for_current_commune().stylesheet_url,
        static("cms/redaktion.css"),
    )


@hooks.register("construct_settings_menu")
def hide_what_is_not_editorial(request: HttpRequest, menu_items: list[Any]) -> None:
    """Leave out what is managed elsewhere."""
    menu_items[:] = [item for item in menu_items if item.name not in HIDDEN_SETTINGS]


@hooks.register("construct_main_menu")
def hide_help(request: HttpRequest, menu_items: list[Any]) -> None:
    """Wagtail's help menu leads to other providers' pages."""
    menu_items[:] = [item for item in menu_items if item.name != "help"]


@hooks.register("register_admin_viewset", order=10)
def pages_with_our_dialog() -> PortalPages:
    """After Wagtail's own, whose place it takes."""
    return PortalPages()


@hooks.register("after_move_page")
def tell_of_open_versions(request: HttpRequest, page: Page) -> None:
    """Below a private page a page is private; its other languages stay where they are, and who moved it is told."""
    for version in open_versions_of(page):
        words = _("„%(title)s“ (%(language)s) bleibt öffentlich. Verschieben Sie auch diese Seite.")
        messages.warning(request, words % {"title": version.get_admin_display_title(), "language": version.locale})


@hooks.register("before_serve_page", order=-10)
def refuse_who_is_signed_in(page: Any, request: HttpRequest, args: Any, kwargs: Any) -> None:
    """To sign in helps nobody who is signed in already: a page for others is refused, not asked for again and again."""
    _refuse_the_wrong_person(page.get_view_restrictions(), request)


@hooks.register("before_serve_document", order=-10)
def refuse_documents(document: Any, request: HttpRequest) -> None:
    """The same for documents; and what stands on private pages alone is for who may see one of them."""
    _refuse_the_wrong_person(document.collection.get_view_restrictions(), request)


@hooks.register("before_serve_document", order=10)
def refuse_documents_of_private_pages(document: Any, request: HttpRequest) -> None:
    """After Wagtail has asked for the sign-in or the password of the document's collection."""
    if not may_see_file(request, document):
        raise PermissionDenied


def _refuse_the_wrong_person(restrictions: Any, request: HttpRequest) -> None:
    if request.user.is_authenticated and any(
        restriction.restriction_type == BaseViewRestriction.GROUPS and not restriction.accept_request(request)
        for restriction in restrictions
    ):
        raise PermissionDenied
