"""What is made private is private from the commit on, also in a process that was not told yet."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from wagtail.models import Page, PageViewRestriction

from cms.memory import navigation_in
from cms.models import ContentPage
from tenants.communes.scope import commune_scope

pytestmark = pytest.mark.usefixtures("hearing")


def restrict_unheard(slug: str) -> None:
    """As another process does it: no signal is heard here."""
    page = Page.objects.get(slug=slug, locale__language_code="de")
    PageViewRestriction.objects.bulk_create(
        [PageViewRestriction(page=page, restriction_type=PageViewRestriction.PASSWORD, password="geheim")]
    )


@pytest.mark.parametrize("address", ["/impressum/", "/impressum/weiter/"])
def test_a_page_asks_for_the_password_at_once_and_so_do_those_below(portal: Client, gera: Any, address: str) -> None:
    with commune_scope(gera):
        parent = Page.objects.get(slug="impressum", locale__language_code="de")
        parent.add_child(instance=ContentPage(title="Weiter", slug="weiter", locale=parent.locale))
    assert b'name="password"' not in portal.get(address).content
    with commune_scope(gera):
        restrict_unheard("impressum")
    answer = portal.get(address)
    assert b'name="password"' in answer.content
    assert "X-Page-Cache" not in answer.headers


def test_the_search_passes_over_it_at_once(portal: Client, gera: Any) -> None:
    assert b'href="/impressum/"' in portal.get("/suche/?q=Impressum").content.split(b"<main")[1].split(b"</main")[0]
    with commune_scope(gera):
        restrict_unheard("impressum")
    assert b'href="/impressum/"' not in portal.get("/suche/?q=Impressum").content.split(b"<main")[1].split(b"</main")[0]


def test_menu_and_foot_do_not_name_what_is_private(gera: Any) -> None:
    with commune_scope(gera):
        restrict_unheard("impressum")
        found = navigation_in("de")
    assert "/impressum/" not in [link.url for link in (*found.menu, *found.footer_links)]
