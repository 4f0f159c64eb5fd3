"""What templates may count on besides the brand: menu, foot, languages of the page."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language

from cms.memory import Link, Navigation, navigation_in
from tenants.communes.scope import CommuneRef, current_commune
from themes.context import LANGUAGES, LanguageLink, languages_for


def navigation(request: HttpRequest) -> dict[str, Any]:
    """Context processor: `commune`, `menu`, `contact`, `footer_links`, `easy_language_url`, `languages`.

    All but `commune` are read when a template uses them; at most seven queries when nothing is cached, none otherwise.
    """
    commune: CommuneRef | None = getattr(request, "commune", None)
    if commune is None or current_commune() is None:
        return {}
    read = _once(partial(navigation_in, (get_language() or "de")[:2]))
    return {
        "commune": commune,
        "menu": SimpleLazyObject(lambda: menu_entries(read(), request)),
        "contact": SimpleLazyObject(lambda: read().contact),
        "footer_links": SimpleLazyObject(lambda: read().footer_links),
        "easy_language_url": SimpleLazyObject(lambda: read().easy_language_url),
        "languages": SimpleLazyObject(partial(languages_of, request)),
    }


def _once(read: Any) -> Any:
    kept: list[Navigation] = []

    def get() -> Navigation:
        if not kept:
            kept.append(read())
        return kept[0]

    return get


def menu_entries(navigation: Navigation, request: HttpRequest) -> list[dict[str, Any]]:
    """The main menu, with the entry that the present page belongs to marked."""

    def entry(link: Link) -> dict[str, Any]:
        return {"title": link.title, "url": link.url, "current": request.path.startswith(link.url)}

    return [entry(link) for link in navigation.menu]


def languages_of(request: HttpRequest) -> list[LanguageLink]:
    """The language switch: of an editorial page its real versions (nothing if there is one), else every language."""
    alternates = getattr(request, "cms_alternates", None)
    if alternates is None:
        return languages_for(request)
    if len(alternates) < 2:
        return []
    current = (get_language() or "de")[:2]
    labels = dict(LANGUAGES)
    paths = {alternate.language: alternate.path for alternate in alternates}
    return [LanguageLink(code, labels[code], paths[code], code == current) for code in labels if code in paths]
