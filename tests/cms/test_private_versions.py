"""Private means private: what is closed in one language is closed in the other, and the editor reads it before."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from wagtail.models import GroupPagePermission, Locale, Page, PageViewRestriction

from cms.models import ContentPage, HomePage
from tenants.communes.scope import commune_scope
from tests.cms.test_desk import sign_in
from tests.cms.test_private import add, by_login, by_password, index

BY_PASSWORD = {"restriction_type": "password", "password": "turmuhr"}


def versions(slug: str = "offen") -> tuple[Page, Page]:
    """A public page in German and in English."""
    german = add(index(HomePage, "de"), ContentPage(slug=slug, title="Offen"))
    english = german.copy_for_translation(Locale.objects.get(language_code="en"))
    english.title = "Open"
    english.save_revision().publish()
    return german, english


def dialog(page: Page) -> str:
    return f"/redaktion/pages/{page.pk}/privacy/"


def kinds(*pages: Page) -> list[list[str]]:
    return [list(page.view_restrictions.values_list("restriction_type", flat=True)) for page in pages]


def test_who_closes_one_version_closes_the_other_and_reads_it_first(portal: Client, gera: Any) -> None:
    with commune_scope(gera):
        german, english = versions()
    sign_in(portal, gera, "editor")
    said = portal.get(dialog(german)).json()["html"]
    assert "Gilt für alle Sprachen" in said
    assert "„Open“ (English)" in said
    visitor = Client(headers={"host": gera.primary_host})
    assert visitor.get("/en/offen/").status_code == 200
    assert portal.post(dialog(german), BY_PASSWORD).json()["step"] == "set_privacy_done"
    for address in ("/offen/", "/en/offen/"):
        assert b'name="password"' in visitor.get(address).content
    # and the other way round: from the English version, another way, and open again
    with commune_scope(gera):
        group = Group.objects.get(name="administrator")
    portal.post(dialog(english), {"restriction_type": "groups", "groups": [group.pk]})
    with commune_scope(gera):
        assert kinds(german, english) == [["groups"], ["groups"]]
        assert list(german.view_restrictions.get().groups.values_list("name", flat=True)) == ["administrator"]
    portal.post(dialog(english), {"restriction_type": "none"})
    with commune_scope(gera):
        assert kinds(german, english) == [[], []]
    assert visitor.get("/offen/").status_code == visitor.get("/en/offen/").status_code == 200


def test_a_page_in_one_language_has_no_others_to_name(portal: Client, gera: Any) -> None:
    with commune_scope(gera):
        page = add(index(HomePage, "de"), ContentPage(slug="allein", title="Allein"))
    sign_in(portal, gera, "editor")
    assert "Gilt für alle Sprachen" not in portal.get(dialog(page)).json()["html"]
    portal.post(dialog(page), BY_PASSWORD)
    with commune_scope(gera):
        assert kinds(page) == [["password"]]


def test_who_may_not_close_the_other_version_closes_none(portal: Client, gera: Any) -> None:
    with commune_scope(gera):
        german, english = versions()
        rights = GroupPagePermission.objects.filter(group__name="editor")
        rights.update(page=index(HomePage, "de"))
    sign_in(portal, gera, "editor")
    portal.post(dialog(german), BY_PASSWORD)
    with commune_scope(gera):
        assert kinds(german, english) == [[], []]


@pytest.mark.parametrize("parent_is_closed", [True, False])
def test_a_new_version_is_as_private_as_its_original(gera: Any, parent_is_closed: bool) -> None:
    with commune_scope(gera):
        parent, english_parent = versions()
        if parent_is_closed:
            by_login(parent)
            by_login(english_parent)
        page = add(parent, ContentPage(slug="geheim", title="Geheim"))
        by_password(page)
        copied = page.copy_for_translation(Locale.objects.get(language_code="en"))
        assert kinds(copied) == [["password"]]
        assert copied.view_restrictions.get().password == page.view_restrictions.get().password


def test_who_moves_one_version_below_a_private_page_is_told_of_the_other(portal: Client, gera: Any) -> None:
    with commune_scope(gera):
        german, _english = versions()
        private = add(index(HomePage, "de"), ContentPage(slug="intern", title="Intern"))
        public = add(index(HomePage, "de"), ContentPage(slug="bereich", title="Bereich"))
        PageViewRestriction.objects.create(page=private, restriction_type="login")
    sign_in(portal, gera, "editor")
    warning = "„Open“ (English) bleibt öffentlich"
    for target, is_told in ((public, False), (private, True)):
        answer = portal.post(f"/redaktion/pages/{german.pk}/move/{target.pk}/confirm/", follow=True)
        assert (warning in answer.content.decode()) is is_told
