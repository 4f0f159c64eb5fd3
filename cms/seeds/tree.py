"""The start tree: the same pages in German and English, each the translation of the other."""

from __future__ import annotations

from typing import Any

from wagtail.models import Locale, Page, Site
from wagtail.rich_text import RichText

from cms.models import (
    ContactPage,
    ContactSettings,
    ContentPage,
    EventIndexPage,
    FooterSettings,
    HomePage,
    LegalPage,
    NewsIndexPage,
    ParticipationIndexPage,
    ServiceIndexPage,
)
from cms.seeds import english, german

# the order is the menu's; addresses are the same in both languages, so that the foot's links always work
PAGES: tuple[tuple[str, type[Page], dict[str, Any]], ...] = (
    ("anliegen", ServiceIndexPage, {"show_in_menus": True}),
    ("mitmachen", ParticipationIndexPage, {"show_in_menus": True}),
    ("rathaus", ContentPage, {"show_in_menus": True}),
    ("aktuelles", NewsIndexPage, {"show_in_menus": True}),
    ("veranstaltungen", EventIndexPage, {}),
    ("kontakt", ContactPage, {}),
    ("impressum", LegalPage, {"kind": "imprint"}),
    ("datenschutz", LegalPage, {"kind": "privacy"}),
    ("barrierefreiheit", LegalPage, {"kind": "accessibility"}),
    ("leichte-sprache", ContentPage, {"easy_language": True}),
)


def plant() -> None:
    """Build the tree unless there is one, and the settings' rows, which Wagtail would else write while reading."""
    ContactSettings.load()
    FooterSettings.load()
    if HomePage.objects.exists():
        return
    root = Page.get_first_root_node()
    locales = {code: Locale.objects.get_or_create(language_code=code)[0] for code in ("de", "en")}
    home_de = _publish(root, HomePage(slug="start", locale=locales["de"], **german.HOME))
    home_en = HomePage(slug="start-en", locale=locales["en"], translation_key=home_de.translation_key, **english.HOME)
    home_en = _publish(Page.objects.get(pk=root.pk), home_en)
    welcome = Site.objects.get(is_default_site=True).root_page
    Site.objects.filter(is_default_site=True).update(root_page=home_de, site_name="Rathausplatz")
    Page.objects.get(pk=welcome.pk).delete()
    _plant_below(Page.objects.get(pk=home_de.pk), Page.objects.get(pk=home_en.pk))


def _plant_below(home_de: Page, home_en: Page) -> None:
    for slug, model, fields in PAGES:
        page = _publish(home_de, _page(model, slug, home_de, german.PAGES[slug], fields))
        twin = _page(model, slug, home_en, english.PAGES[slug], fields)
        twin.translation_key = page.translation_key
        _publish(home_en, twin)


def _page(model: type[Page], slug: str, home: Page, text: dict[str, Any], fields: dict[str, Any]) -> Page:
    wording = {key: value for key, value in text.items() if key != "body"}
    body = {"body": blocks(text["body"])} if text.get("body") else {}
    return model(slug=slug, locale=home.locale, **fields, **wording, **body)


def blocks(parts: list[tuple[str, Any]]) -> list[tuple[str, Any]]:
    """StreamField values from pairs: plain strings become headings and rich text."""
    made: list[tuple[str, Any]] = []
    for kind, value in parts:
        if kind == "heading":
            made.append(("heading", {"text": value, "level": "2"}))
        elif kind == "text":
            made.append(("text", RichText(value.replace("§ ", "§\u00a0"))))
        elif kind == "callout":
            made.append(("callout", value | {"text": RichText(value["text"])}))
        elif kind == "accordion":
            made.append(("accordion", [{"question": q, "answer": RichText(a)} for q, a in value]))
        else:
            made.append((kind, value))
    return made


def _publish(parent: Page, page: Page) -> Page:
    page.live = False
    parent.add_child(instance=page)
    page.save_revision().publish(log_action=False)
    page.refresh_from_db()
    return page
