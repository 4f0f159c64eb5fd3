"""What every page owes its readers, checked without a browser (the journeys run axe)."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Any

import pytest

from cms.models import ContentPage
from cms.seeds.tree import blocks
from tenants.communes.scope import commune_scope
from tests.cms.start_pages import START_PAGES

ADDRESSES = (
    *START_PAGES,
    "/anliegen/?thema=auto-und-verkehr",
    "/anliegen/bewohnerparkausweis/",
    "/suche/?q=ausweis",
    "/suche/?q=xyzzy",
    "/suche/",
)


@pytest.mark.parametrize("address", [*ADDRESSES, *(f"/en{address}" for address in ADDRESSES)])
def test_a_page_has_a_sound_outline(portal: Any, address: str) -> None:
    html = portal.get(address).content.decode()
    assert html.count("<h1") == 1
    levels = [int(level) for level in re.findall(r"<h([1-6])", html.split("<main", 1)[1].split("</main>")[0])]
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    identifiers = re.findall(r'\sid="([^"]+)"', html)
    assert len(identifiers) == len(set(identifiers))
    assert 'class="skip" href="#inhalt"' in html
    described = re.findall(r'aria-labelledby="([^"]+)"', html)
    assert set(described) <= set(identifiers)


def test_every_block_is_shown(portal: Any, gera: Any) -> None:
    with commune_scope(gera):
        page = ContentPage.objects.get(slug="rathaus", locale__language_code="de")
        page.body = blocks(
            [
                ("heading", "Über {{ commune.name }}"),
                ("text", "<p>Für <b>{{ commune.name }}</b>.</p>"),
                ("quote", {"text": "Gut so.", "source": "Renate K."}),
                ("callout", {"kind": "warn", "title": "Achtung", "text": "<p>Glatt.</p>"}),
                ("steps", [{"title": "Erstens", "text": "Anfangen"}]),
                ("accordion", [("Warum?", "<p>Darum.</p>")]),
                ("contact", {"name": "Amt", "role": "", "phone": "0365 8380", "email": "amt@gera.example", "room": ""}),
                ("map", {"place": "Rathaus", "alternative": "Am Markt, gegenüber dem Brunnen."}),
                (
                    "video",
                    {"title": "Film", "address": "https://film.example/1", "provider": "Mediathek", "duration": ""},
                ),
                (
                    "links",
                    {
                        "title": "Mehr",
                        "links": [{"label": "Land", "page": None, "address": "https://land.example", "note": ""}],
                    },
                ),
            ]
        )
        page.save_revision().publish()
    html = portal.get("/rathaus/").content.decode()
    assert '<h2 id="ueber-gera">' in html or '<h2 id="uber-gera">' in html
    for shown in ("Für <b>Gera</b>", "Gut so.", "Glatt.", "Erstens", "Darum.", "tel:03658380", "Am Markt", "Mediathek"):
        assert shown in html
    assert 'href="https://land.example"' in html
    assert "<iframe" not in html
    assert "{{" not in html
