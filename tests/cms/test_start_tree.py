"""The start tree: planted once, right in every clone."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import Group
from django.db import connection
from django.test.utils import CaptureQueriesContext
from wagtail.models import GroupPagePermission, Page, ReferenceIndex, Site, Workflow
from wagtail.search.models import IndexEntry

from cms import starter
from cms.models import ContactSettings, NewsPage
from cms.seeds import demo
from tenants.communes.scope import commune_scope
from tenants.communes.starters import StarterBrief


def shape() -> list[tuple[str, str, str]]:
    return list(Page.objects.order_by("path").values_list("path", "url_path", "title"))


def test_seeding_twice_changes_nothing(in_gera: Any) -> None:
    before = (shape(), GroupPagePermission.objects.count(), Workflow.objects.count())
    starter.seed()
    assert (shape(), GroupPagePermission.objects.count(), Workflow.objects.count()) == before


def test_a_clone_has_a_sound_tree(gera: Any, wurzen: Any) -> None:
    with commune_scope(gera):
        first = shape()
        assert Page.find_problems() == ([], [], [], [], [])
    with commune_scope(wurzen):
        assert shape() == first
        assert Page.find_problems() == ([], [], [], [], [])


def test_every_page_has_its_twin_in_the_other_language(in_gera: Any) -> None:
    pages = Page.objects.filter(depth__gte=2)
    german = set(pages.filter(locale__language_code="de").values_list("translation_key", flat=True))
    english = set(pages.filter(locale__language_code="en").values_list("translation_key", flat=True))
    assert german == english
    assert len(german) == 11


def test_the_clone_knows_its_own_host(gera: Any, wurzen: Any) -> None:
    for commune in (gera, wurzen):
        with commune_scope(commune):
            site = Site.objects.get()
            assert (site.hostname, site.site_name) == (commune.primary_host, commune.name)


def test_the_clone_has_search_entries_and_can_be_written(in_gera: Any) -> None:
    assert IndexEntry.objects.filter(content_type__app_label="cms").count() >= 22
    demo.write_news([{"title": "Neu im Clone", "text": "Geht."}])
    page = NewsPage.objects.get(slug="neu-im-clone")
    assert IndexEntry.objects.filter(object_id=str(page.pk), content_type__model="newspage").exists()
    ReferenceIndex.create_or_update_for_object(page)


def test_wagtails_own_groups_are_gone(in_gera: Any) -> None:
    assert set(Group.objects.values_list("name", flat=True)) == {"clerk", "editor", "administrator"}


def test_preparing_again_asks_little_and_changes_nothing(in_gera: Any) -> None:
    facts = {"address": {"street": "Markt 1", "postcode": "07545", "city": "Gera"}, "phone": "0365 1"}
    brief = StarterBrief(commune=in_gera, facts=facts)
    starter.prepare(brief)
    with CaptureQueriesContext(connection) as asked:
        starter.prepare(brief)
    assert len(asked) < 60
    assert ContactSettings.load().address == "Markt 1\n07545 Gera"


def test_demo_news_are_written_once_in_both_languages(in_gera: Any) -> None:
    news = [{"title": "Höhler öffnen", "text": "Am Abend.", "days_ago": 2, "en": {"title": "Cellars", "text": "Late."}}]
    brief = StarterBrief(commune=in_gera, demo=True, facts={"news": news})
    starter.prepare(brief)
    starter.prepare(brief)
    written = NewsPage.objects.filter(slug="hoehler-oeffnen").order_by("locale__language_code")
    assert [page.title for page in written] == ["Höhler öffnen", "Cellars"]
    assert len({page.translation_key for page in written}) == 1
