"""What every page needs and hardly ever changes, kept in the commune's part of the cache.

The cache's keys carry the commune (system check communes.E002). It keeps nothing that was read before a change was
announced; `cms.freshness` announces. What is private is not remembered at all, but part of each question
(`cms.queries`): it must be right from the commit on.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from django.core.cache import cache
from wagtail.models import Locale, Page, Site

from cms.addresses import address_of, home_paths
from cms.placeholders import fill_text

if TYPE_CHECKING:
    from cms.models import ContactSettings

T = TypeVar("T")
SITE, LOCALES, NAVIGATION = "cms.site", "cms.locales", "cms.navigation"
SECONDS = 3600


@dataclass(frozen=True, slots=True)
class Link:
    """A title and where it leads."""

    title: str
    url: str


@dataclass(frozen=True, slots=True)
class Navigation:
    """Menu, foot (legal pages first, then the editors' links) and the way to easy language, in one language."""

    menu: tuple[Link, ...]
    footer_links: tuple[Link, ...]
    contact: ContactSettings
    easy_language_url: str
    home_languages: tuple[str, ...]


def _remembered(key: str, make: Callable[[], T]) -> T:
    """The cached value; values are wrapped in a tuple, so that None and False are remembered too."""
    kept = cache.get(key)
    if kept is None:
        kept = (make(),)
        cache.set(key, kept, SECONDS)
    value: T = kept[0]
    return value


def portal_site() -> Site | None:
    """The commune's one Wagtail site with its root page."""
    return _remembered(SITE, lambda: Site.objects.select_related("root_page").filter(is_default_site=True).first())


def locale_ids() -> dict[str, int]:
    """The key of each language's Wagtail locale."""
    return _remembered(LOCALES, lambda: dict(Locale.objects.values_list("language_code", "pk")))


def address_of_page(page: Page) -> str:
    """The address (path) of any page on the portal. Wagtail's own `url` names the host, which may be an old one."""
    languages = {pk: language for language, pk in locale_ids().items()}
    return address_of(page.url_path, languages[page.locale_id])


def navigation_in(language: str) -> Navigation:
    """Menu and foot in one language."""
    return _remembered(f"{NAVIGATION}.{language}", lambda: _read_navigation(language))


def _read_navigation(language: str) -> Navigation:
    from cms.models import ContactSettings, ContentPage, HomePage, LegalPage
    from cms.privacy import for_everybody

    root, contact = home_paths().get(language), ContactSettings.load()
    homes = tuple(
        for_everybody(HomePage.objects.all()).order_by("path").values_list("locale__language_code", flat=True)
    )
    if root is None or language not in homes:
        return Navigation((), (), contact, "", homes)
    menu = for_everybody(Page.objects.in_menu().filter(url_path__startswith=root, depth=3)).order_by("path")
    easy = for_everybody(ContentPage.objects.filter(easy_language=True, url_path__startswith=root))
    legal = for_everybody(LegalPage.objects.filter(url_path__startswith=root)).order_by("path")
    return Navigation(
        menu=tuple(Link(fill_text(page.title), address_of(page.url_path, language)) for page in menu),
        footer_links=(
            *(Link(fill_text(page.title), address_of(page.url_path, language)) for page in legal),
            *_footer_links(),
        ),
        contact=contact,
        easy_language_url=next(
            (address_of(page.url_path, language) for page in easy.order_by("depth", "path")[:1]), ""
        ),
        home_languages=homes,
    )


def _footer_links() -> list[Link]:
    from cms.models import FooterSettings
    from cms.privacy import for_everybody

    blocks: Any = FooterSettings.load().links
    links = [(block.value["label"], block.value["page"], block.value["address"]) for block in blocks]
    # a page that was withdrawn or made private since leaves the foot of every page
    shown = set(for_everybody(Page.objects.filter(pk__in=[page.pk for _label, page, _address in links if page])))
    return [
        Link(label, address_of_page(page) if page else address)
        for label, page, address in links
        if (page in shown if page else address)
    ]
