"""From Wagtail's stored paths to addresses on the portal, without asking the database."""

from __future__ import annotations

from wagtail.models import Site

from tenants.communes.addresses import site_address

DEFAULT_LANGUAGE = "de"


def home_paths() -> dict[str, str]:
    """The stored path of the home page in each language, from Wagtail's cache: `{"de": "/start/"}`."""
    return {entry.language_code: entry.root_path for entry in Site.get_site_root_paths()}


def address_of(url_path: str, language: str) -> str:
    """The address (path) of a page on the portal: German without prefix, others below `/<language>/`."""
    root = home_paths().get(language, "/")
    return f"{language_prefix(language)}/{url_path.removeprefix(root)}"


def language_prefix(language: str) -> str:
    """What addresses in a language begin with."""
    return "" if language == DEFAULT_LANGUAGE else f"/{language}"


def absolute(path: str) -> str:
    """The full address of a path, built from the commune's stored host, never from the request."""
    return f"{site_address()}{path}"
