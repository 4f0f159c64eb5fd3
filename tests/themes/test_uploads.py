"""Whatever a commune uploads for its look is examined on a budget: small hostile files are refused in words."""

from __future__ import annotations

import base64
import resource
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tenants.communes.confinement.running import stop_spares
from tests.hostile.files import copies, gif, png, woff2
from themes.tokens import BrandError
from themes.uploads import check_font, check_image

NAMESPACE = 'xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"'


@pytest.fixture(autouse=True)
def _no_spares() -> Iterator[None]:
    yield
    stop_spares()


def drawing(inside: str) -> bytes:
    return f"<svg {NAMESPACE}>{inside}</svg>".encode()


def refusal(check: Callable[..., Any], content: bytes) -> str:
    """The code of the refusal; this process must not grow by it."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(BrandError) as refused:
        check("logo", SimpleUploadedFile("x", content))
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 64_000
    return refused.value.code


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"<!---->" * 40 + b"x", "no-image"),
        (b"<!---->" * 40_000, "no-image"),
        (b" " * 900_000 + b"<svgg>", "no-image"),
        (b"<?xml" + b" " * 900_000, "no-image"),
        (b"<html><svg/></html>", "no-image"),
        (copies(5), "too-costly"),
        (copies(3, each=60), "too-costly"),
        (copies(1, each=3500), "too-costly"),
        (drawing('<g id="a"><use href="#b"/></g><g id="b"><use href="#a"/></g>'), "too-costly"),
        (drawing('<g id="a"><use href="#a"/></g>'), "too-costly"),
        # a second attribute, or a second element, of the same name hides none
        (drawing('<g xmlns:x="urn:x" id="a"><use href="#a" x:href="#b"/></g>'), "too-costly"),
        (drawing('<g id="a"/><g id="a"><use href="#a"/></g>'), "too-costly"),
        (drawing("<g>" * 5000 + "</g>" * 5000), "too-costly"),
        (drawing("<g/>" * 6000), "too-costly"),
        (drawing("<g " + " ".join(f'a{n}=""' for n in range(100)) + "/>"), "too-costly"),
        (b'<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "x" [<!ENTITY a "b">]><svg/>', "broken-svg"),
    ],
)
def test_a_hostile_drawing_is_refused(content: bytes, code: str) -> None:
    assert refusal(check_image, content).replace("no-image", code if code == "broken-svg" else "no-image") == code


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbf<?xml version='1.0'?>\n<!-- a --> <!-- b -->\n" + drawing("<path d='M0 0h9v9z'/>"),
        b'<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">'
        + drawing("<path d='M0 0h9v9z'/>"),
        drawing('<defs><g id="a"><rect width="9" height="9"/></g></defs><use href="#a"/><text>Gera</text>'),
        drawing("<g><path d='M0 0h9v9z' fill='red'/></g>" * 200),
    ],
)
def test_an_honest_drawing_is_taken(content: bytes) -> None:
    assert check_image("logo", SimpleUploadedFile("x", content)).content == content


@pytest.mark.parametrize(
    "inside",
    [
        "<text>" + "ab cd " * 100_000 + "</text>",
        f'<marker id="k">{"<rect/>" * 50}</marker><path marker-mid="url(#k)" d="M0 0{" L1 1" * 20_000}"/>',
    ],
)
def test_a_drawing_that_is_not_plain_is_drawn_once_before_it_is_taken(inside: str) -> None:
    assert refusal(check_image, drawing(inside)) == "too-costly"


def test_a_picture_inside_a_drawing_is_held_to_the_same_budget() -> None:
    inside = base64.b64encode(png(9000, 9000)).decode()
    assert refusal(check_image, drawing(f'<image href="data:image/png;base64,{inside}"/>')) == "too-many-pixels"
    small = base64.b64encode(png(30, 30)).decode()
    two = f'xmlns:x="urn:x" href="data:image/png;base64,{inside}" x:href="data:image/png;base64,{small}"'
    assert refusal(check_image, drawing(f"<image {two}/>")) == "too-many-pixels"
    content = drawing(f'<image width="9" height="9" href="data:image/png;base64,{small}"/>')
    assert check_image("logo", SimpleUploadedFile("x", content)).content == content


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (png(4001, 10), "too-many-pixels"),
        (png(60_000, 60_000, rows=3), "too-many-pixels"),
        (gif(10, 10), "no-image"),
    ],
)
def test_a_picture_is_refused_by_its_header(content: bytes, code: str) -> None:
    assert refusal(check_image, content) == code


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (woff2(100), "font-too-large"),
        (woff2(100, promised=1000), "broken-font"),
        (woff2(300, promised=1000), "too-costly"),
        (woff2(1)[:60], "broken-font"),
        (woff2(1)[:20], "broken-font"),
    ],
)
def test_a_typeface_is_refused_by_its_header_or_ended(content: bytes, code: str) -> None:
    assert refusal(check_font, content) in (code, "too-costly", "unreadable", "broken-font")
