"""Search over everything."""

from __future__ import annotations

from typing import Any

from cms.placeholders import fill_html, fill_text
from cms.seeds.demo import write_news
from cms.services import sorting_name
from tenants.communes.scope import commune_scope


def found(portal: Any, words: str) -> str:
    return portal.get("/suche/", {"q": words}).content.decode()


def test_services_come_before_pages_and_typing_errors_are_forgiven(portal: Any, gera: Any) -> None:
    with commune_scope(gera):
        write_news([{"title": "Parkausweis wird billiger", "text": "Text"}])
    html = found(portal, "Parkausweis")
    assert html.index("/anliegen/bewohnerparkausweis/") < html.index("Parkausweis wird billiger")
    assert "/anliegen/bewohnerparkausweis/" in found(portal, "Bewonerparken")


def test_the_number_of_results_is_announced(portal: Any) -> None:
    assert '<p role="status" class="lead">Ein Treffer für „Impressum“</p>' in found(portal, "Impressum")


def test_the_beginning_of_a_word_finds_a_page(portal: Any) -> None:
    assert 'href="/kontakt/"' in found(portal, "Öffnungsz").split("<main", 1)[1]


def test_nothing_found_says_what_to_do_next(portal: Any) -> None:
    html = found(portal, "xyzzy")
    assert "Nichts gefunden" in html
    assert 'href="/anliegen/"' in html


def test_words_are_escaped_and_strange_ones_do_no_harm(portal: Any) -> None:
    assert "<b>x</b>" not in found(portal, "<b>x</b>")
    for words in ("'", '"', "a & b | !c", "x" * 500, "%_\\", "\x00"):
        assert portal.get("/suche/", {"q": words}).status_code == 200


def test_placeholders_take_the_communes_name_and_escape_it(in_gera: Any) -> None:
    assert fill_text("Das ist {{ commune.name }}, {{unknown}}.") == "Das ist Gera, {{unknown}}."
    assert fill_html("<p>{{ commune.host }}</p>") == "<p>gera.localhost</p>"


def test_names_are_sorted_as_german_lists_are() -> None:
    assert sorted(["Zoo", "Ägypten", "Straße", "Apfel", "Strase"], key=sorting_name) == [
        "Ägypten",
        "Apfel",
        "Strase",
        "Straße",
        "Zoo",
    ]
