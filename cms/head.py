"""What stands in a page's head: description, canonical address, its other languages, Open Graph."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.http import HttpRequest

from cms.addresses import absolute, address_of, language_prefix
from cms.memory import address_of_page, navigation_in
from cms.placeholders import fill_text

if TYPE_CHECKING:
    from cms.models import PortalPage

DESCRIPTION_LENGTH = 300
HOME_DEPTH = 2


@dataclass(frozen=True, slots=True)
class Alternate:
    """The same page in another language."""

    language: str
    path: str
    url: str


@dataclass(frozen=True, slots=True)
class Head:
    """A page's head, ready to show."""

    title: str
    description: str
    canonical: str
    kind: str
    language: str
    alternates: tuple[Alternate, ...]


def head_of(page: PortalPage, request: HttpRequest) -> Head:
    """The head of `page` as this request shows it."""
    description = page.search_description or page.introduction
    return Head(
        title=fill_text(page.seo_title or page.title),
        description=" ".join(fill_text(description).split())[:DESCRIPTION_LENGTH],
        canonical=absolute(request.path),
        kind="article" if page.og_article else "website",
        language=language_of(request),
        alternates=alternates_of(page, request),
    )


def language_of(request: HttpRequest) -> str:
    """The language this request is answered in."""
    return str(getattr(request, "LANGUAGE_CODE", "de"))[:2]


def alternates_of(page: PortalPage, request: HttpRequest) -> tuple[Alternate, ...]:
    """The page's real, published versions in all languages, this one included; what follows its address is kept."""
    known: tuple[Alternate, ...] | None = getattr(request, "cms_alternates", None)
    if known is None and page.depth == HOME_DEPTH:
        paths = [(language, f"{language_prefix(language)}/") for language in navigation_in("de").home_languages]
        known = tuple(Alternate(code, path, absolute(path)) for code, path in paths)
        request.cms_alternates = known  # type: ignore[attr-defined]
    if known is None:
        from cms.queries import versions_of

        own = address_of_page(page)
        rest = request.path.removeprefix(own) if request.path.startswith(own) else ""
        paths = [(language, address_of(url_path, language) + rest) for language, url_path in versions_of(page)]
        known = tuple(Alternate(language, path, absolute(path)) for language, path in paths)
        request.cms_alternates = known  # type: ignore[attr-defined]
    return known
