"""How the editors' desk differs from Wagtail's own."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString
from wagtail import hooks

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
