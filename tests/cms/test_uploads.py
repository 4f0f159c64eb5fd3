"""What editors upload is refused by its header, before a pixel is unpacked."""

from __future__ import annotations

import resource
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from wagtail.images.forms import get_image_form
from wagtail.images.models import Image

from cms.uploads import FileForm, PictureField, PictureForm
from tenants.communes.confinement.running import stop_spares
from tests.cms.test_desk import sign_in
from tests.hostile.files import gif, png


@pytest.fixture(autouse=True)
def _no_spares() -> Iterator[None]:
    yield
    stop_spares()


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.png", png(11_300, 11_300, rows=2), "zu viele Bildpunkte"),
        ("a.png", png(17_000, 10), "zu viele Bildpunkte"),
        ("a.gif", gif(500, 1000), "zu viele Bildpunkte"),
        ("a.png", b"\x89PNG\r\n\x1a\n", "kein Bild"),
        ("a.svg", b"<svg/>", "kein Bild"),
        ("a.png", b"\x89PNG" + bytes(11 << 20), "zu groß"),
    ],
)
def test_a_picture_that_promises_too_much_is_never_opened_here(
    portal: Any, gera: Any, name: str, content: bytes, said: str
) -> None:
    sign_in(portal, gera, "editor")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for address, field in (("/redaktion/images/add/", "file"), ("/redaktion/images/multiple/add/", "files[]")):
        sent = {"title": "b", "collection": "1", "tags": "", field: SimpleUploadedFile(name, content, "image/png")}
        answer = portal.post(address, sent, headers={"x-requested-with": "XMLHttpRequest"})
        assert said in answer.content.decode("unicode-escape" if field == "files[]" else "utf-8")
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 120_000


def test_an_honest_picture_is_taken(in_gera: Any) -> None:
    form = get_image_form(Image)
    assert issubclass(form, PictureForm)
    field = form.base_fields["file"]
    taken = PictureField(label=field.label).clean(SimpleUploadedFile("a.png", png(40, 30), "image/png"))
    assert taken.image.get_size() == (40, 30)


def test_other_files_have_a_maximum(settings: Any) -> None:
    name = settings.WAGTAILDOCS_DOCUMENT_FORM_BASE
    assert name == f"{FileForm.__module__}.{FileForm.__name__}"
