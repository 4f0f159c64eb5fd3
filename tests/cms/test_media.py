"""The pictures of pages are really there: on disk and in S3, for this commune alone, and as nothing but pictures."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage, storages
from django.test import Client
from django.utils import timezone
from PIL import Image as Pillow
from wagtail.images import get_image_model
from wagtail.models import Collection, CollectionViewRestriction, PageViewRestriction

from cms.models import NewsIndexPage, NewsPage
from tenants.communes.scope import commune_scope
from tests.cms.test_desk import sign_in


def bytes_of(kind: str = "PNG", size: tuple[int, int] = (1600, 1000)) -> bytes:
    out = io.BytesIO()
    Pillow.new("RGB", size, (200, 60, 40)).save(out, kind)
    return out.getvalue()


def upload(name: str = "foto.png", kind: str = "PNG", **fields: Any) -> Any:
    return get_image_model().objects.create(title="Foto", file=ContentFile(bytes_of(kind), name), **fields)


def news_with(picture: Any) -> NewsPage:
    page = NewsPage(
        title="Mit Bild", slug="mit-bild", date=timezone.localdate(), picture=picture, picture_description="Ein Feld"
    )
    NewsIndexPage.objects.get(locale__language_code="de").add_child(instance=page)
    page.save_revision().publish()
    return page


def picture_of(portal: Client, address: str = "/aktuelles/mit-bild/") -> str:
    found = re.search(r'<img[^>]*src="([^"]+)"', portal.get(address).content.decode())
    assert found is not None
    return found[1]


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF"])
def test_the_picture_of_a_news_page_is_there(portal: Client, gera: Any, kind: str) -> None:
    with commune_scope(gera):
        news_with(upload(f"foto.{kind.lower()}", kind))
    address = picture_of(portal)
    assert address.startswith("/media/images/")
    answer = portal.get(address)
    assert answer.status_code == 200
    shown = Pillow.open(io.BytesIO(answer.content))
    assert shown.size == (1200, 750)
    assert answer.headers["Content-Type"] == Pillow.MIME[shown.format or ""]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert "max-age=604800" in answer.headers["Cache-Control"]
    assert "X-Page-Cache" not in answer.headers
    again = portal.get(address, headers={"if-none-match": answer.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.xdist_group("s3")
def test_it_is_there_from_s3_too_and_on_the_portal_s_own_address(
    portal: Client, gera: Any, bucket: Any, object_store: Any, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    options = {"bucket_name": bucket.name, "endpoint_url": object_store.endpoint, "region_name": object_store.region}
    backend = "tenants.communes.storage.CommuneS3"
    settings.STORAGES = settings.STORAGES | {
        "default": {"BACKEND": f"{backend}Storage", "OPTIONS": options},
        "pictures": {"BACKEND": f"{backend}Pictures", "OPTIONS": options},
    }
    # as it is where the settings say so from the start
    field = get_image_model()._meta.get_field("renditions").related_model._meta.get_field("file")
    monkeypatch.setattr(field, "storage", storages["pictures"])
    try:
        with commune_scope(gera):
            news_with(upload())
        address = picture_of(portal)
        assert address.startswith("/media/images/")
        answer = portal.get(address)
        assert Pillow.open(io.BytesIO(answer.content)).size == (1200, 750)
        assert [item.key for item in bucket.objects.all() if "images/foto.max" in item.key] != []
    finally:
        for name in ("default", "pictures"):
            storages[name].connection.meta.client.close()


def test_another_commune_s_picture_is_not_found(portal: Client, gera: Any, wurzen: Any) -> None:
    with commune_scope(gera):
        news_with(upload())
    address = picture_of(portal)
    assert Client(headers={"host": wurzen.primary_host}).get(address).status_code == 404
    assert (
        Client(headers={"host": wurzen.primary_host}).get(address.replace("/images", "/../gera/images")).status_code
        == 404
    )
    assert Client(headers={"host": "console.localhost"}).get(address).status_code in (302, 404)


@pytest.mark.parametrize(
    "name",
    [
        "../secret_key",
        "images/../../secret_key",
        "%2e%2e/secret_key",
        "gera/images/foto.png",
        "images/",
        "images",
        "/etc/passwd",
        "images/%00.png",
        "images/" + "x" * 3000,
        "documents/plan.txt",
        "uploads/a.jpg",
        "exports/a.zip",
        "original_images/foto.png",
    ],
)
def test_nothing_else_has_an_address(portal: Client, gera: Any, name: str) -> None:
    with commune_scope(gera):
        upload()
        for path in ("documents/plan.txt", "uploads/a.jpg", "exports/a.zip"):
            default_storage.save(path, ContentFile(bytes_of()))
    assert portal.get(f"/media/{name}").status_code == 404


def test_an_original_is_for_editors(portal: Client, gera: Any) -> None:
    with commune_scope(gera):
        address = upload().file.url
    assert portal.get(address).status_code == 404
    sign_in(portal, gera, "editor")
    answer = portal.get(address)
    assert answer.status_code == 200
    assert "no-store" in answer.headers["Cache-Control"]


def test_what_is_no_picture_inside_is_not_given(portal: Client, gera: Any) -> None:
    with commune_scope(gera):
        rendition = upload().get_rendition("max-100x100")
        with default_storage.open(rendition.file.name, "wb") as file:
            file.write(b"<html><script>alert(1)</script>")
        address = rendition.url
    assert portal.get(address).status_code == 404


def test_a_file_that_is_lost_is_not_found(portal: Client, gera: Any) -> None:
    with commune_scope(gera):
        rendition = upload().get_rendition("max-100x100")
        default_storage.delete(rendition.file.name)
        address = rendition.url
    assert portal.get(address).status_code == 404


def test_pictures_of_a_private_collection_are_private(portal: Client, gera: Any) -> None:
    with commune_scope(gera):
        collection = Collection.get_first_root_node().add_child(name="intern")
        CollectionViewRestriction.objects.create(collection=collection, restriction_type="login")
        address = upload(collection=collection).get_rendition("max-100x100").url
    assert portal.get(address).status_code == 404
    sign_in(portal, gera, "clerk")
    answer = portal.get(address)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "private, no-store"


def test_pictures_that_stand_on_private_pages_alone_are_private(portal: Client, gera: Any) -> None:
    with commune_scope(gera):
        picture = upload()
        page = news_with(picture)
        address = picture.get_rendition("max-1200x900").url
    assert portal.get(address).status_code == 200
    with commune_scope(gera):
        PageViewRestriction.objects.create(page=page, restriction_type="login")
    assert portal.get(address).status_code == 404
    sign_in(portal, gera, "clerk")
    assert portal.get(address).status_code == 200


def test_the_desk_s_list_of_pictures_shows_them(portal: Client, gera: Any) -> None:
    with commune_scope(gera):
        upload()
    sign_in(portal, gera, "editor")
    shown = re.findall(r'<img[^>]*src="(/media/[^"]+)"', portal.get("/redaktion/images/").content.decode())
    assert shown
    assert portal.get(shown[0]).status_code == 200
