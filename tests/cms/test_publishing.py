"""Publishing: caches hear of it, schedules are kept, drafts stay hidden."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone
from rathausplatz.page_cache import store
from wagtail.models import PageViewRestriction

from cms.models import ContactSettings, ContentPage, FooterSettings, NewsIndexPage, NewsPage
from cms.tasks import publish_in_commune
from tenants.communes.scope import commune_scope


def draft(title: str, **fields: Any) -> NewsPage:
    index = NewsIndexPage.objects.get(locale__language_code="de")
    page = NewsPage(title=title, slug=title.lower(), locale=index.locale, live=False, **fields)
    return index.add_child(instance=page)


def test_publishing_drops_the_communes_pages(in_gera: Any, django_capture_on_commit_callbacks: Any) -> None:
    page = draft("Neues")
    before = store.changes
    with django_capture_on_commit_callbacks(execute=True):
        page.save_revision().publish()
    assert store.changes > before


def test_saving_contact_data_drops_pages_and_changes_the_foot(
    portal: Any, gera: Any, django_capture_on_commit_callbacks: Any
) -> None:
    portal.get("/impressum/")
    before = store.changes
    with commune_scope(gera), django_capture_on_commit_callbacks(execute=True):
        contact = ContactSettings.load()
        contact.street = "Neue Gasse 7"
        contact.save()
    assert store.changes > before
    assert "Neue Gasse 7" in portal.get("/impressum/").content.decode()


def test_a_menu_follows_its_page(portal: Any, gera: Any) -> None:
    assert "Stadthaus" not in portal.get("/").content.decode()
    with commune_scope(gera):
        page = ContentPage.objects.get(slug="rathaus", locale__language_code="de")
        page.title = "Stadthaus"
        page.save_revision().publish()
    assert "Stadthaus" in portal.get("/").content.decode()


def test_a_draft_is_not_shown(portal: Any, gera: Any) -> None:
    with commune_scope(gera):
        draft("Geheim")
    assert portal.get("/aktuelles/geheim/").status_code == 404
    assert "Geheim" not in portal.get("/aktuelles/").content.decode()


def test_what_is_due_is_published_and_what_is_over_withdrawn(portal: Any, gera: Any) -> None:
    now = timezone.now()
    with commune_scope(gera):
        due, later, over = draft("Faellig"), draft("Spaeter"), draft("Vorbei")
        due.go_live_at, later.go_live_at = now + timedelta(seconds=-5), now + timedelta(days=1)
        for page in (due, later):
            page.save()
            revision = page.save_revision()
            revision.approved_go_live_at = page.go_live_at
            revision.save()
        over.expire_at = now - timedelta(minutes=1)
        over.live = True
        over.save()
    publish_in_commune(schema=gera.schema)
    publish_in_commune(schema=gera.schema)
    with commune_scope(gera):
        live = set(NewsPage.objects.live().values_list("slug", flat=True))
    assert live & {"faellig", "spaeter", "vorbei"} == {"faellig"}
    assert portal.get("/aktuelles/faellig/").status_code == 200


def test_a_private_page_is_never_kept(portal: Any, gera: Any) -> None:
    assert "X-Page-Cache" in portal.get("/rathaus/").headers
    with commune_scope(gera):
        page = ContentPage.objects.get(slug="rathaus", locale__language_code="de")
        PageViewRestriction.objects.create(page=page, restriction_type=PageViewRestriction.PASSWORD, password="sesam")
    response = portal.get("/rathaus/")
    assert "Wer in Gera entscheidet" not in response.content.decode()
    assert "X-Page-Cache" not in response.headers


def test_a_page_is_kept_for_visitors_without_a_session_only(portal: Any) -> None:
    assert portal.get("/rathaus/").headers["X-Page-Cache"] == "60"
    portal.cookies["portal_session"] = "something"
    assert "X-Page-Cache" not in portal.get("/rathaus/").headers


def test_the_editors_links_follow_the_legal_pages(portal: Any, gera: Any) -> None:
    with commune_scope(gera):
        foot = FooterSettings.load()
        foot.links = [("link", {"label": "Stadtwerke", "page": None, "address": "https://werke.example", "note": ""})]
        foot.save()
    html = portal.get("/").content.decode().split("<footer", 1)[1]
    assert html.index("/impressum/") < html.rindex("/barrierefreiheit/") < html.index("https://werke.example")
