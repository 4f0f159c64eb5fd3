"""The screens of this room, and the promises of all templates and stylesheets."""

from __future__ import annotations

import gzip
import re
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.template import Context, Template
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils.translation import override

from tenants.accounts.models import User
from tenants.communes.scope import commune_scope
from themes import styleguide
from themes.crests import CREST_SHAPES
from themes.fonts import LIMIT, build_fonts
from themes.models import Brand
from themes.palette import palette_for
from themes.presets import DEMO_BRANDS, OPERATOR
from themes.samples import SampleForm
from themes.stylesheet import brand_css
from themes.tokens import CRESTS, SCENES
from themes.typefaces import TYPEFACES

ROOM = Path(styleguide.__file__).parent
# mails are read by programmes without our stylesheet
OWN_FILES = {"mail.html"}
TEMPLATES = sorted(path for path in ROOM.rglob("templates/**/*.*") if path.suffix in {".html", ".svg"})


def ui(source: str, **context: Any) -> str:
    return Template("{% load ui %}" + source).render(Context(context))


def test_the_stylesheets_stay_small() -> None:
    sizes = {path.name: len(gzip.compress(path.read_bytes())) for path in ROOM.glob("static/themes/*.css")}
    assert set(sizes) == {"rathausplatz.css", "staff.css"}
    assert sum(sizes.values()) <= 20_000


@pytest.mark.parametrize("key", [*TYPEFACES])
def test_a_brand_stylesheet_stays_below_two_kilobytes(key: str) -> None:
    from dataclasses import replace

    for tokens in (*DEMO_BRANDS.values(), OPERATOR):
        tokens = replace(tokens, typeface=key)
        css = brand_css(tokens, palette_for(tokens), font_url=lambda path: f"/static/{path[:-6]}.0123456789ab.woff2")
        assert len(css.encode()) <= 2048
        assert css.count("{") == css.count("}")


def test_the_stylesheet_names_no_colour_of_its_own() -> None:
    css = (ROOM / "static/themes/rathausplatz.css").read_text().split("@media print")[0]
    assert re.findall(r"#[0-9a-f]{3,8}\b|oklch\(|hsl\(", css) == []


def test_built_typefaces_are_small_and_built_once(tmp_path: Path) -> None:
    first = {path: path.stat().st_mtime_ns for path in build_fonts(tmp_path)}
    assert max(path.stat().st_size for path in first) <= LIMIT
    assert {path: path.stat().st_mtime_ns for path in build_fonts(tmp_path)} == first


@pytest.mark.parametrize("path", [pytest.param(path, id=path.name) for path in TEMPLATES if path.name not in OWN_FILES])
def test_no_template_carries_style_or_script(path: Path) -> None:
    source = path.read_text()
    assert re.findall(r"\sstyle=|\son[a-z]+=|<style|<script|javascript:", source) == []


def test_every_scene_and_crest_that_can_be_chosen_exists() -> None:
    assert all("aria-hidden" in render_to_string(f"themes/scenes/{scene}.svg") for scene in SCENES)
    assert set(CREST_SHAPES) == set(CRESTS)


def test_a_field_is_wired_to_its_help_and_error() -> None:
    html = ui("{% field form.k %}", form=SampleForm({"k": ""}))
    assert 'for="id_k"' in html
    assert 'aria-describedby="id_k-hilfe id_k-fehler"' in html
    assert 'id="id_k-hilfe"' in html
    assert 'id="id_k-fehler"' in html
    assert 'aria-invalid="true"' in html


def test_a_choice_is_a_fieldset_with_a_legend() -> None:
    html = ui("{% field form.own %}", form=SampleForm({}))
    assert "<legend>Ist das Auto auf Sie zugelassen?" in html.replace("\n", "")
    assert html.count('type="radio"') == 2


def test_the_error_summary_links_to_fields_and_reads_as_sentences() -> None:
    html = ui("{% error_summary form %}", form=SampleForm({}))
    assert "Bitte prüfen Sie 3 Angaben" in html
    assert 'href="#id_own_0">Ist das Auto auf Sie zugelassen? Bitte wählen Sie eine Antwort.' in html
    assert ui("{% error_summary form %}", form=SampleForm({"k": "G", "own": "y", "ok": "on"})).strip() == ""


@pytest.mark.parametrize(
    ("cents", "german", "english"),
    [(3070, "30,70\u00a0€", "€30.70"), (123456, "1.234,56\u00a0€", "€1,234.56"), (-5, "−0,05\u00a0€", "−€0.05")],
)
def test_money_is_written_as_the_language_does(cents: int, german: str, english: str) -> None:
    with override("de"):
        assert ui("{% money cents %}", cents=cents) == german
    with override("en"):
        assert ui("{% money cents %}", cents=cents) == english


def test_long_words_get_soft_hyphens_and_short_ones_none() -> None:
    with override("de"):
        assert ui("{{ text|hyphenate }}", text="Bewohnerparkausweis") == "Bewoh\u00adner\u00adparkaus\u00adweis"
        assert ui("{{ text|hyphenate }}", text="Hund anmelden") == "Hund anmelden"
    with override("en"):
        assert ui("{{ text|hyphenate:'de' }}", text="Bewohnerparkausweis") == "Bewoh\u00adner\u00adparkaus\u00adweis"


@pytest.mark.parametrize("key", styleguide.sample_brands())
@pytest.mark.parametrize("page", styleguide.PAGES)
def test_sample_pages_render_in_every_brand(key: str, page: str) -> None:
    answer = styleguide.sample_page(RequestFactory().get("/"), key=key, page=page)
    assert f"/styleguide/{key}.css" in answer.content.decode()


def test_the_styleguide_shows_a_correction() -> None:
    html = styleguide.styleguide(RequestFactory().get("/styleguide/")).content.decode()
    assert "#ffe600 ist als Schrift auf hellem Grund zu schwach" in html
    assert "Diese Marke braucht keine Korrektur." in html


def test_the_styleguide_is_for_operators(console_client: Any) -> None:
    answer = console_client.get("/styleguide/")
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/konto/")


def sign_in(portal: Any, commune: Any, group: str) -> None:
    with commune_scope(commune):
        user = User.objects.create_user(f"{group}@gera.example", kind="staff")
        user.groups.add(Group.objects.get(name=group))
        portal.force_login(user, backend="django.contrib.auth.backends.ModelBackend")


VALUES = {
    "primary": "#ffe600",
    "accent": "#124a7c",
    "tagline": "Neu",
    "typeface": "manrope",
    "radius": "0.5",
    "density": "1",
    "scene": "hills",
    "crest": "tree",
}


def test_an_administrator_edits_the_brand_and_sees_the_correction(portal: Any, gera: Any) -> None:
    sign_in(portal, gera, "administrator")
    assert portal.get("/arbeitsplatz/marke/").status_code == 200
    answer = portal.post("/arbeitsplatz/marke/", VALUES, follow=True)
    html = answer.content.decode()
    assert "Die Marke ist gespeichert" in html
    assert "#ffe600 ist als Schrift auf hellem Grund zu schwach" in html
    with commune_scope(gera):
        assert Brand.objects.get().tagline == "Neu"


def test_a_broken_value_or_file_is_said_at_its_field_and_nothing_changes(portal: Any, gera: Any) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    sign_in(portal, gera, "administrator")
    for change, words in (
        ({"primary": "rot"}, "„rot“ ist keine Farbe."),
        ({"logo": SimpleUploadedFile("x.png", b"no")}, "Diese Datei ist kein Bild."),
    ):
        answer = portal.post("/arbeitsplatz/marke/", VALUES | change)
        assert answer.status_code == 422
        assert words in answer.content.decode()
    with commune_scope(gera):
        assert Brand.objects.get().tagline == "Otto-Dix-Stadt"


def test_a_clerk_does_not_get_to_the_brand_editor(portal: Any, gera: Any) -> None:
    sign_in(portal, gera, "clerk")
    assert portal.get("/arbeitsplatz/marke/").status_code == 403


@pytest.mark.parametrize("name", ["400", "403", "404", "500", "503", "closed"])
def test_error_pages_ask_no_database(name: str, gera: Any, django_assert_num_queries: Any) -> None:
    with commune_scope(gera), django_assert_num_queries(0):
        html = render_to_string(f"themes/errors/{name}.html", {"commune": gera, "request_id": "abc"})
    assert "<h1" in html
    assert "Gera" in html


@pytest.mark.parametrize(
    ("path", "urls"),
    [
        ("/", ["/", "/en/"]),
        ("/anliegen/hund/", ["/anliegen/hund/", "/en/anliegen/hund/"]),
        ("/en/suche/", ["/suche/", "/en/suche/"]),
        ("/english-park/", ["/english-park/", "/en/english-park/"]),
    ],
)
def test_the_language_switch_leads_to_the_same_page(path: str, urls: list[str]) -> None:
    from themes.context import languages_for

    assert [link.url for link in languages_for(RequestFactory().get(path))] == urls


def test_who_has_no_session_is_not_asked_for_one() -> None:
    from themes.context import is_signed_in

    class Untouchable:
        @property
        def is_authenticated(self) -> bool:
            raise AssertionError("the session was touched")

    request = RequestFactory().get("/")
    request.user = Untouchable()
    assert is_signed_in(request) is False
