"""What is for some people only appears nowhere that everybody sees, whatever its kind and wherever it is restricted."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.core.files.base import ContentFile
from django.test import Client
from django.utils import timezone
from wagtail.documents import get_document_model
from wagtail.models import Collection, CollectionViewRestriction, Page, PageViewRestriction

from cms.models import ContentPage, EventIndexPage, EventPage, FooterSettings, HomePage, NewsIndexPage, NewsPage
from tenants.communes.scope import commune_scope
from tests.cms.start_pages import START_PAGES
from tests.cms.test_desk import sign_in

MARK = "Geheimsache"
Restrict = Callable[[Page], None]


def by_login(page: Page) -> None:
    PageViewRestriction.objects.create(page=page, restriction_type="login")


def by_password(page: Page) -> None:
    PageViewRestriction.objects.create(page=page, restriction_type="password", password="turmuhr")


def by_group(page: Page) -> None:
    restriction = PageViewRestriction.objects.create(page=page, restriction_type="groups")
    restriction.groups.add(Group.objects.get(name="administrator"))


WAYS = [by_login, by_password, by_group]


def index(kind: Any, language: str) -> Any:
    return kind.objects.get(locale__language_code=language)


def add(parent: Page, page: Page) -> Page:
    parent.add_child(instance=page)
    page.save_revision().publish()
    return page


def make_all(language: str) -> list[Page]:
    """One page of each kind that lists show, and a child of one of them."""
    words = {"title": f"{MARK} {language}", "introduction": f"{MARK} Vorspann"}
    soon = timezone.now() + timedelta(hours=3)
    news = add(index(NewsIndexPage, language), NewsPage(slug="geheim", date=timezone.localdate(), **words))
    event = add(
        index(EventIndexPage, language), EventPage(slug="geheim", starts_at=soon, place=f"{MARK} Saal", **words)
    )
    page = add(index(HomePage, language), ContentPage(slug="geheim", show_in_menus=True, easy_language=True, **words))
    below = add(page, ContentPage(slug="darunter", **words))
    return [news, event, page, below]


def public_addresses(portal: Client) -> list[str]:
    """Every start page in both languages, all lists, and whatever the sitemap names."""
    sitemap = portal.get("/sitemap.xml").content.decode()
    named = [address.split("://", 1)[1].split("/", 1)[1] for address in re.findall(r"<loc>([^<]+)</loc>", sitemap)]
    lists = ["/sitemap.xml", "/aktuelles/rss.xml", "/en/aktuelles/rss.xml", "/robots.txt"]
    api = [f"/api/v1/{name}?language={language}" for name in ("news", "events") for language in ("de", "en")]
    words = [
        f"/suche/?q={MARK}",
        f"/en/suche/?q={MARK}",
        *(f"/api/v1/search?q={MARK}&language={n}" for n in ("de", "en")),
    ]
    starts = [*START_PAGES, *(f"/en{page}" for page in START_PAGES)]
    return list(dict.fromkeys([*starts, *lists, *api, *words, *(f"/{path}" for path in named)]))


def telling(portal: Client) -> list[str]:
    """The public addresses that tell something."""
    found = []
    for address in public_addresses(portal):
        answer = portal.get(address)
        text = answer.content.decode().replace(f"q={MARK}", "").replace(f"„{MARK}“", "").replace(f'value="{MARK}"', "")
        if MARK in re.sub(rf"(Suche|Search): {MARK}|[„“]{MARK}[“”]", "", text) or "/geheim/" in text:
            found.append(address)
    return found


def test_the_search_of_this_file_finds_what_is_public(portal: Client, gera: Any) -> None:
    with commune_scope(gera):
        make_all("de")
    found = telling(portal)
    for address in ("/", "/aktuelles/", "/veranstaltungen/", "/sitemap.xml", "/aktuelles/rss.xml"):
        assert address in found
    assert "/api/v1/news?language=de" in found
    assert "/api/v1/events?language=de" in found


@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize("restrict", WAYS)
def test_private_pages_are_named_nowhere(portal: Client, gera: Any, restrict: Restrict, language: str) -> None:
    with commune_scope(gera):
        news, event, page, _below = make_all(language)
        for restricted in (news, event, page):
            restrict(restricted)
    assert telling(portal) == []


@pytest.mark.parametrize("kind", [NewsIndexPage, EventIndexPage])
def test_what_is_below_a_private_page_is_private(portal: Client, gera: Any, kind: Any) -> None:
    with commune_scope(gera):
        news, event, page, _below = make_all("de")
        by_login(index(kind, "de"))
        by_login(page)
        own, other = (news, event) if kind is NewsIndexPage else (event, news)
        other.delete()
        address = own.portal_url
    assert portal.get(address).status_code == 302
    assert telling(portal) == []


def test_public_children_of_a_public_page_are_listed_and_private_ones_are_not(portal: Client, gera: Any) -> None:
    with commune_scope(gera):
        parent = add(index(HomePage, "de"), ContentPage(slug="offen", title="Offen"))
        add(parent, ContentPage(slug="sichtbar", title="Sichtbare Seite"))
        by_login(add(parent, ContentPage(slug="geheim", title=MARK)))
    text = portal.get("/offen/").content.decode()
    assert "Sichtbare Seite" in text
    assert MARK not in text


def test_a_language_version_that_is_private_is_no_alternate(portal: Client, gera: Any) -> None:
    with commune_scope(gera):
        german = add(index(HomePage, "de"), ContentPage(slug="offen", title="Offen"))
        english = add(index(HomePage, "en"), ContentPage(slug="geheim", title=MARK))
        Page.objects.filter(pk=english.pk).update(translation_key=german.translation_key)
        by_login(english)
    assert "/geheim/" not in portal.get("/offen/").content.decode()


def test_a_home_page_that_is_private_is_offered_nowhere(portal: Client, gera: Any) -> None:
    with commune_scope(gera):
        by_login(index(HomePage, "en"))
    text = portal.get("/").content.decode()
    assert 'hreflang="en"' not in text
    assert "/en/" not in portal.get("/sitemap.xml").content.decode()


def test_the_foot_leaves_out_what_was_made_private(portal: Client, gera: Any) -> None:
    with commune_scope(gera):
        page = add(index(HomePage, "de"), ContentPage(slug="geheim", title=MARK))
        foot = FooterSettings.load()
        foot.links = [("link", {"label": f"{MARK} im Fuß", "page": page, "address": "", "note": ""})]
        foot.save()
    assert MARK in portal.get("/").content.decode()
    with commune_scope(gera):
        by_login(page)
    assert MARK not in portal.get("/").content.decode()


def test_a_page_for_signed_in_people_leads_to_our_sign_in_and_back(portal: Client, gera: Any) -> None:
    with commune_scope(gera):
        make_all("de")
        make_all("en")
        for page in Page.objects.filter(slug="geheim", depth=3):
            by_login(page)
    answer = portal.get("/geheim/")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/konto/anmelden/?next=/geheim/")
    assert "no-store" in answer.headers["Cache-Control"]
    assert portal.get("/en/geheim/").headers["Location"] == "/en/konto/anmelden/?next=/en/geheim/"
    sign_in(portal, gera, "clerk")
    page = portal.get("/geheim/")
    assert MARK in page.content.decode()
    assert "X-Page-Cache" not in page.headers
    assert "private" in page.headers["Cache-Control"]


def test_the_wrong_person_is_told_so_and_not_sent_in_circles(portal: Client, gera: Any) -> None:
    with commune_scope(gera):
        _news, _event, page, _below = make_all("de")
        by_group(page)
    assert portal.get("/geheim/").status_code == 302
    sign_in(portal, gera, "clerk")
    for address in ("/geheim/", "/geheim/darunter/"):
        answer = portal.get(address)
        assert answer.status_code == 403
        assert MARK not in answer.content.decode()


def test_a_password_is_asked_for_on_a_page_of_ours(portal: Client, gera: Any) -> None:
    with commune_scope(gera):
        _news, _event, page, _below = make_all("de")
        by_password(page)
    asked = portal.get("/geheim/")
    text = asked.content.decode()
    assert "Nur mit Passwort" in text
    assert "themes/rathausplatz" in text
    assert MARK not in text
    action = re.search(r'action="([^"]*authenticate_with_password[^"]*)"', text)
    assert action is not None
    wrong = portal.post(action[1], {"password": "rateversuch", "return_url": "/geheim/"})
    assert "Nur mit Passwort" in wrong.content.decode()
    assert MARK not in wrong.content.decode()
    right = portal.post(action[1], {"password": "turmuhr", "return_url": "https://evil.example/"})
    assert not right.headers["Location"].startswith("https://evil")
    assert MARK in portal.get("/geheim/").content.decode()
    assert MARK not in Client(headers={"host": gera.primary_host}).get("/geheim/").content.decode()


@pytest.mark.parametrize("way", ["login", "groups", "password"])
def test_a_document_of_a_private_collection_is_asked_for_too(portal: Client, gera: Any, way: str) -> None:
    with commune_scope(gera):
        collection = Collection.get_first_root_node().add_child(name="intern")
        CollectionViewRestriction.objects.create(collection=collection, restriction_type=way, password="x")
        document = get_document_model().objects.create(
            title="Plan", collection=collection, file=ContentFile(MARK.encode(), "plan.txt")
        )
        address = f"/dokumente/{document.pk}/{document.filename}"
    answer = portal.get(address)
    assert answer.status_code == (200 if way == "password" else 302)
    assert MARK not in b"".join(answer).decode()
    if way == "password":
        assert "Nur mit Passwort" in answer.content.decode()
    else:
        assert answer.headers["Location"].startswith("/konto/anmelden/")
    if way == "groups":
        sign_in(portal, gera, "clerk")
        assert portal.get(address).status_code == 403


def test_a_document_that_stands_on_private_pages_alone_is_private(portal: Client, gera: Any) -> None:
    with commune_scope(gera):
        document = get_document_model().objects.create(title="Plan", file=ContentFile(MARK.encode(), "plan.txt"))
        page = ContentPage(slug="geheim", title=MARK)
        page.body = [("downloads", [{"document": document, "label": "Plan"}])]
        add(index(HomePage, "de"), page)
        by_login(page)
        address = f"/dokumente/{document.pk}/{document.filename}"
    assert portal.get(address).status_code == 403
    with commune_scope(gera):
        other = ContentPage(slug="offen", title="Offen")
        other.body = [("downloads", [{"document": document, "label": "Plan"}])]
        add(index(HomePage, "de"), other)
    answer = portal.get(address)
    assert answer.status_code == 200
    answer.close()


def test_a_list_of_events_is_kept_until_the_first_one_is_over(portal: Client, gera: Any) -> None:
    with commune_scope(gera):
        add(
            index(EventIndexPage, "de"),
            EventPage(
                slug="gleich",
                title="Gleich vorbei",
                starts_at=timezone.now() - timedelta(hours=1),
                ends_at=timezone.now() + timedelta(seconds=25),
                place="Markt",
            ),
        )
    for address in ("/", "/veranstaltungen/"):
        answer = portal.get(address)
        assert "Gleich vorbei" in answer.content.decode()
        assert 0 < int(answer.headers["X-Page-Cache"]) <= 25
