"""What machines read: sitemap, robots, feeds, structured data, languages, API."""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from xml.etree import ElementTree

from cms.models import ContentPage, NewsPage
from cms.seeds.demo import write_events, write_news
from tenants.communes.scope import commune_scope

SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


def structured(html: str) -> dict[str, dict[str, Any]]:
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', html, re.DOTALL)
    assert found
    return {thing["@type"]: thing for thing in json.loads(found[1])["@graph"]}


def test_the_sitemap_names_only_the_communes_own_host(portal: Any) -> None:
    tree = ElementTree.fromstring(portal.get("/sitemap.xml").content)
    addresses = [loc.text or "" for loc in tree.iter(f"{SITEMAP}loc")]
    assert all(address.startswith("http://gera.localhost/") for address in addresses)
    assert {
        "http://gera.localhost/",
        "http://gera.localhost/en/",
        "http://gera.localhost/impressum/",
        "http://gera.localhost/anliegen/bewohnerparkausweis/",
        "http://gera.localhost/en/anliegen/bewohnerparkausweis/",
    } <= set(addresses)
    assert len(addresses) == len(set(addresses))


def test_robots_find_the_sitemap(portal: Any) -> None:
    text = portal.get("/robots.txt").content.decode()
    assert "Sitemap: http://gera.localhost/sitemap.xml" in text
    assert "Disallow: /redaktion/" in text


def test_the_feed_is_sound_in_both_languages(portal: Any, gera: Any) -> None:
    with commune_scope(gera):
        write_news([{"title": "Höhler & mehr <offen>", "text": "Text", "en": {"title": "Cellars", "text": "Text"}}])
    german = ElementTree.fromstring(portal.get("/aktuelles/rss.xml").content)
    assert [item.findtext("title") for item in german.iter("item")] == ["Höhler & mehr <offen>"]
    assert german.findtext("channel/item/link") == "http://gera.localhost/aktuelles/hoehler-mehr-offen/"
    english = ElementTree.fromstring(portal.get("/en/aktuelles/rss.xml").content)
    assert [item.findtext("title") for item in english.iter("item")] == ["Cellars"]


def test_the_feed_says_when_news_were_published(portal: Any, gera: Any) -> None:
    with commune_scope(gera):
        write_news([{"title": "Neu", "text": "Text"}])
        published = datetime(2026, 11, 30, 0, 30, tzinfo=UTC)  # 01:30 here
        NewsPage.objects.filter(title="Neu").update(first_published_at=published, date=date(2026, 11, 30))
    item = ElementTree.fromstring(portal.get("/aktuelles/rss.xml").content).find("channel/item")
    assert item is not None
    assert parsedate_to_datetime(item.findtext("pubDate") or "") == published
    with commune_scope(gera):
        NewsPage.objects.filter(title="Neu").update(date=date(2026, 11, 2))
    item = ElementTree.fromstring(portal.get("/aktuelles/rss.xml").content).find("channel/item")
    assert item is not None
    assert parsedate_to_datetime(item.findtext("pubDate") or "") == datetime(2026, 11, 2, 7, tzinfo=UTC)


def test_structured_data_cannot_break_out(portal: Any, gera: Any) -> None:
    nasty = "</script><script>alert(1)</script> & „mehr“"
    with commune_scope(gera):
        write_news([{"title": nasty, "text": "Text"}])
        address = NewsPage.objects.get(title=nasty).portal_url
    html = portal.get(address).content.decode()
    assert "<script>alert(1)" not in html
    article = structured(html)["NewsArticle"]
    assert article["headline"] == nasty
    assert article["url"] == f"http://gera.localhost{address}"
    assert structured(html)["BreadcrumbList"]["itemListElement"][1]["name"] == "Aktuelles"


def test_home_describes_the_administration(portal: Any) -> None:
    things = structured(portal.get("/").content.decode())
    assert things["GovernmentOrganization"]["url"] == "http://gera.localhost/"


def test_events_and_services_describe_themselves(portal: Any, gera: Any) -> None:
    with commune_scope(gera):
        write_events([{"title": "Lichterabend", "place": "Markt", "in_days": 3}])
    event = structured(portal.get("/veranstaltungen/lichterabend/").content.decode())["Event"]
    assert event["location"] == {"@type": "Place", "name": "Markt"}
    service = structured(portal.get("/anliegen/bewohnerparkausweis/").content.decode())["GovernmentService"]
    assert service["url"] == "http://gera.localhost/anliegen/bewohnerparkausweis/"


def test_a_page_names_its_other_language(portal: Any) -> None:
    html = portal.get("/anliegen/bewohnerparkausweis/").content.decode()
    assert '<link rel="canonical" href="http://gera.localhost/anliegen/bewohnerparkausweis/">' in html
    assert 'hreflang="en" href="http://gera.localhost/en/anliegen/bewohnerparkausweis/"' in html


def test_the_language_switch_shows_only_what_exists(portal: Any, gera: Any) -> None:
    assert '<a href="/en/rathaus/" lang="en"' in portal.get("/rathaus/").content.decode()
    with commune_scope(gera):
        ContentPage.objects.get(slug="rathaus", locale__language_code="en").unpublish()
    html = portal.get("/rathaus/").content.decode()
    assert "/en/rathaus/" not in html
    assert 'rel="alternate" hreflang' not in html
    assert portal.get("/en/rathaus/").status_code == 404


def test_an_unknown_service_and_an_unknown_theme_are_not_found(portal: Any) -> None:
    assert portal.get("/anliegen/gibt-es-nicht/").status_code == 404
    assert portal.get("/anliegen/?thema=gibt-es-nicht").status_code == 404
    assert portal.get("/rathaus/gibt/es/nicht/").status_code == 404


def test_the_api_speaks_of_news_events_and_search(portal: Any, gera: Any) -> None:
    with commune_scope(gera):
        write_news([{"title": "Neue Brücke", "text": "Offen."}])
        write_events([{"title": "Brückenfest", "place": "Mühlgraben"}])
    assert portal.get("/api/v1/news").json()[0]["title"] == "Neue Brücke"
    assert portal.get("/api/v1/events").json()[0]["place"] == "Mühlgraben"
    kinds = {found["kind"] for found in portal.get("/api/v1/search?q=Brücke").json()}
    assert kinds == {"page"}
    services = portal.get("/api/v1/search?q=Parkausweis&language=en").json()
    assert services[0]["url"] == "http://gera.localhost/en/anliegen/bewohnerparkausweis/"
