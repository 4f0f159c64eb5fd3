"""Any two colours give a readable town."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from themes.colour import ColourError, contrast, from_hex, map_to_gamut, parse, to_hex
from themes.palette import palette_for
from themes.presets import DEMO_BRANDS, OPERATOR, suggested_brand
from themes.tokens import BrandError, BrandTokens

colours = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")


@given(colours)
def test_a_screen_colour_survives_the_way_through_oklch(colour: str) -> None:
    assert to_hex(from_hex(colour)) == colour


@given(st.floats(0, 1), st.floats(0, 0.5), st.floats(0, 360))
def test_gamut_mapping_keeps_lightness_and_hue(lightness: float, chroma: float, hue: float) -> None:
    from themes.colour import Oklch

    mapped = map_to_gamut(Oklch(lightness, chroma, hue))
    assert (mapped.lightness, mapped.hue) == (lightness, hue)
    assert mapped.chroma <= chroma


def test_contrast_is_what_the_norm_says() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize("text", ["red", "#12", "#gggggg", "oklch(1 2)", "", "oklch(1.2.3 0 0)"])
def test_what_is_no_colour_is_refused(text: str) -> None:
    with pytest.raises(ColourError):
        parse(text)


@given(colours, colours)
def test_any_brand_is_readable_in_every_scheme(primary: str, accent: str) -> None:
    palette = palette_for(BrandTokens(primary=primary, accent=accent))
    for scheme in ("light", "dark"):
        for more in (False, True):
            failing = [m for m in palette.measurements(scheme, more_contrast=more) if not m.passes]
            assert failing == []


@given(colours, colours)
def test_one_colour_of_the_focus_ring_shows_on_any_background(primary: str, behind: str) -> None:
    for colours_of in (
        palette_for(BrandTokens(primary=primary)).light,
        palette_for(BrandTokens(primary=primary)).dark,
    ):
        assert max(contrast(colours_of["focus"], behind), contrast(colours_of["ring"], behind)) >= 3


def test_a_brand_that_fails_is_corrected_and_says_so() -> None:
    (correction,) = [c for c in palette_for(BrandTokens(primary="#ffe600")).corrections if c.token == "brand-ink"]
    assert correction.given == "#ffe600"
    assert correction.ratio_before < 4.5 <= correction.ratio_after
    assert correction.used == palette_for(BrandTokens(primary="#ffe600")).light["brand-ink"]


def test_the_brands_that_come_with_us_need_no_correction() -> None:
    assert [palette_for(tokens).corrections for tokens in (*DEMO_BRANDS.values(), OPERATOR)] == [()] * 4


@given(st.text("abcdefghijklmnopqrstuvwxyz-", min_size=1, max_size=40))
def test_every_town_gets_a_look_without_corrections(slug: str) -> None:
    assert palette_for(suggested_brand(slug)).corrections == ()


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("primary", "rot", "no-colour"),
        ("radius", 9, "out-of-range"),
        ("radius", "breit", "out-of-range"),
        ("typeface", "comic", "unknown-choice"),
        ("scene", "../../etc", "unknown-choice"),
        ("tagline", "x" * 61, "too-long"),
        ("colour", "#fff", "unknown"),
    ],
)
def test_a_wrong_token_is_refused_with_its_field_and_a_sentence(field: str, value: object, code: str) -> None:
    with pytest.raises(BrandError) as caught:
        BrandTokens.from_dict({field: value})
    assert (caught.value.field, caught.value.code) == (field, code)
    assert caught.value.sentence.endswith(".")
