"""Changing a brand: who may, what is refused, who sees it when."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from tenants.accounts.models import User
from tenants.communes.invalidation import invalidate_pages
from tenants.communes.scope import commune_scope
from themes import queries
from themes.actions import change_brand, remove_brand_file
from themes.fonts import build_fonts
from themes.models import Brand, BrandChange
from themes.presets import DEMO_BRANDS
from themes.queries import brand_for_current_commune
from themes.tokens import BrandError, BrandTokens

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10"><path d="M0 0h10v10z"/></svg>'
BLUE = BrandTokens(primary="#124a7c", accent="#ffd23f", typeface="hanken")


@pytest.fixture
def administrator(in_gera: Any) -> User:
    from django.contrib.auth.models import Group

    user = User.objects.create_user("chef@gera.example", kind="staff")
    user.groups.add(Group.objects.get(name="administrator"))
    return user


@pytest.fixture
def clerk(in_gera: Any) -> User:
    from django.contrib.auth.models import Group

    user = User.objects.create_user("clerk@gera.example", kind="staff")
    user.groups.add(Group.objects.get(name="clerk"))
    return user


@pytest.fixture(autouse=True)
def _cold_memory() -> None:
    queries.forget_names("")


def upload(content: bytes, name: str = "logo.png") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def png() -> bytes:
    from PIL import Image

    target = io.BytesIO()
    Image.new("RGB", (20, 20), "red").save(target, "PNG")
    return target.getvalue()


def test_a_demonstration_town_starts_with_its_own_look(in_gera: Any) -> None:
    assert brand_for_current_commune().tokens == DEMO_BRANDS["gera"]
    assert brand_for_current_commune().official_name == "Stadt Gera"


def test_an_administrator_changes_the_brand_and_the_change_is_recorded(administrator: User) -> None:
    change_brand(actor=administrator, tokens=BrandTokens(primary="#ffe600"))
    entry = BrandChange.objects.first()
    assert entry is not None
    assert (entry.actor, entry.tokens["primary"]) == ("chef@gera.example", "#ffe600")
    assert entry.corrections[0]["token"] == "brand-ink"
    assert brand_for_current_commune().tokens.primary == "#ffe600"


def test_a_clerk_may_not_change_the_brand(clerk: User) -> None:
    before = Brand.objects.get().primary
    with pytest.raises(PermissionDenied):
        change_brand(actor=clerk, tokens=BLUE)
    assert Brand.objects.get().primary == before


def test_a_second_brand_is_refused_by_the_database(in_gera: Any) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Brand.objects.create(pk=2, **BLUE.to_dict())


def test_a_colour_that_is_none_is_refused_by_the_database(in_gera: Any) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Brand.objects.update(primary="tomato!")


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"GIF89a not really", "no-image"),
        (b"", "no-image"),
        (b"MZ\x90\x00", "no-image"),
        (b"<svg><script>alert(1)</script></svg>", "active-svg"),
        (b'<svg onload="alert(1)"/>', "active-svg"),
        (b'<svg><image href="https://example.org/x.png"/></svg>', "active-svg"),
        (b"<svg><style>@import 'x'</style></svg>", "active-svg"),
        (b'<svg><a href="javascript:alert(1)"/></svg>', "active-svg"),
        (b'<svg><rect fill="url(https://example.org/)"/></svg>', "active-svg"),
        (b"<svg><foreignObject/></svg>", "active-svg"),
        (b'<svg xmlns:x="urn:x"><a href="javascript:alert(1)" x:href="#a"/></svg>', "active-svg"),
        (b'<svg xmlns:x="urn:x"><rect style="fill:url(https://example.org/)" x:style="fill:red"/></svg>', "active-svg"),
        (b"<?xml-stylesheet type='text/xsl' href='https://example.org/x.xsl'?><svg/>", "active-svg"),
        (b"<svg><path></svg>", "broken-svg"),
        (b'<?xml version="1.0"?><svg><!DOCTYPE x [<!ENTITY a "b">]></svg>', "broken-svg"),
    ],
)
def test_a_logo_that_is_no_harmless_image_is_refused(administrator: User, content: bytes, code: str) -> None:
    with pytest.raises(BrandError) as caught:
        change_brand(actor=administrator, tokens=BLUE, logo=upload(content))
    assert (caught.value.field, caught.value.code) == ("logo", code)
    assert Brand.objects.get().tokens == DEMO_BRANDS["gera"]


@pytest.mark.parametrize(("content", "ending"), [(SVG, "svg"), (png(), "png")])
def test_a_logo_is_stored_under_a_name_of_ours(administrator: User, content: bytes, ending: str) -> None:
    brand = change_brand(actor=administrator, tokens=BLUE, logo=upload(content, "../../böse.exe"))
    assert re.fullmatch(rf"brand/logo-[0-9a-f]{{12}}\w*\.{ending}", brand.logo.name)
    assert remove_brand_file(actor=administrator, kind="logo").logo.name == ""


@pytest.mark.parametrize(
    ("content", "code"), [(b"wOF2 but broken", "broken-font"), (b"OTTO", "no-woff2"), (SVG, "no-woff2")]
)
def test_a_font_that_is_none_is_refused(administrator: User, content: bytes, code: str) -> None:
    with pytest.raises(BrandError) as caught:
        change_brand(actor=administrator, tokens=BLUE, font=upload(content, "x.woff2"))
    assert caught.value.code == code


def test_a_typeface_of_its_own_is_used(administrator: User, tmp_path: Path) -> None:
    font = next(path for path in build_fonts(tmp_path) if path.name == "source-sans-400.woff2")
    change_brand(actor=administrator, tokens=BLUE, font=upload(font.read_bytes(), "x.woff2"))
    brand = brand_for_current_commune()
    assert "font-family:'Eigene'" in brand.stylesheet
    assert brand.fonts[0] in brand.stylesheet


def test_a_warm_brand_costs_no_query_and_no_commune_sees_another(
    gera: Any, wurzen: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "listening", lambda: True)
    for commune in (gera, wurzen):
        with commune_scope(commune):
            brand_for_current_commune()
    for commune, scene in ((gera, "gera"), (wurzen, "wurzen")):
        with commune_scope(commune), CaptureQueriesContext(connection) as captured:
            assert brand_for_current_commune().tokens.scene == scene
        assert [q["sql"] for q in captured if "themes_brand" in q["sql"]] == []


def test_a_brand_read_before_a_change_is_not_kept_after_it(gera: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "listening", lambda: True)
    with commune_scope(gera):
        era = queries._memory.era
        stale = brand_for_current_commune()
        queries.forget_brand(gera.schema)
        queries._memory.keep(gera.schema, stale, era)
    assert queries.remembered_brand(gera) is None


def test_a_brand_that_only_its_own_transaction_sees_is_not_kept(gera: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "listening", lambda: True)
    with commune_scope(gera):
        invalidate_pages()
        brand_for_current_commune()
        assert queries.remembered_brand(gera) is None
    with commune_scope(gera):
        brand_for_current_commune()
    assert queries.remembered_brand(gera) is not None


def test_the_stylesheet_is_kept_forever_under_its_own_name_only(portal: Any, gera: Any) -> None:
    with commune_scope(gera):
        brand = brand_for_current_commune()
    fresh = portal.get(brand.stylesheet_url)
    assert fresh.status_code == 200
    assert fresh.headers["Content-Type"] == "text/css; charset=utf-8"
    assert "immutable" in fresh.headers["Cache-Control"]
    assert len(fresh.content) <= 2048
    old = portal.get("/brand.000000000000.css")
    assert (old.status_code, old.content) == (200, fresh.content)
    assert "immutable" not in old.headers["Cache-Control"]
    assert portal.get(brand.icon_url).content.startswith(b"<svg")
    assert portal.get("/brand.000000000000.logo").status_code == 404
