"""No address of the editors' desk fails, whatever its parameters are."""

from __future__ import annotations

import re
from collections.abc import Iterable
from importlib import import_module
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from wagtail.documents import get_document_model
from wagtail.images import get_image_model

from cms.models import HomePage
from tenants.communes.scope import commune_scope
from tests.cms.test_desk import sign_in
from tests.cms.test_media import bytes_of
from tests.test_urls import patterns

NASTY = {
    "nul": "a%00b",
    "surrogate": "%ED%A0%80",
    "no-utf8": "%ff",
    "long": "x" * 6000,
    "mirrored": "%E2%80%AEabc",
    "huge": "9" * 30,
    "negative": "-1",
    "bigint": "9223372036854775808",
    "quotes": "'%22%5C;--",
    "format": "{0}%25s%7B%7B",
    "nan": "nan",
    "infinite": "1e999",
    "empty": "",
    "brackets": "[[{{((",
    "date": "0000-99-99",
}
# what each list of the desk reads
LISTS = {
    "pages/search/": ("q", "p", "content_type", "ordering"),
    "images/": ("q", "p", "tag", "collection_id", "ordering"),
    "documents/": ("q", "p", "collection_id", "ordering"),
    "choose-page/search/": ("q", "p", "page_type"),
    "choose-page/": ("page_type", "target_pages", "match_subclass", "user_perms"),
    "redirects/": ("q", "p", "ordering"),
    "reports/site-history/": ("object_type", "p", "timestamp_after", "user", "label"),
    "tag-autocomplete/": ("term",),
    "api/main/pages/": ("limit", "offset", "child_of", "search", "type", "fields", "order", "locale", "id"),
    "api/main/images/": ("limit", "offset", "search", "fields", "order"),
}
KEYS = sorted({key for keys in LISTS.values() for key in keys} | {"next", "results", "export", "multiple"})
CONVERTED = re.compile(r"<(?:(?P<kind>\w+):)?(?P<name>\w+)>")


def keys_of(gera: Any) -> dict[str, str]:
    """A thing of each kind that an address can name."""
    with commune_scope(gera):
        home = HomePage.objects.get(locale__language_code="de")
        home.save_revision()
        image = get_image_model().objects.create(title="Foto", file=ContentFile(bytes_of(size=(20, 20)), "foto.png"))
        document = get_document_model().objects.create(title="Plan", file=ContentFile(b"Plan", "plan.txt"))
        return {"page": str(home.pk), "image": str(image.pk), "document": str(document.pk)}


def addresses(named: dict[str, str]) -> list[str]:
    """Every address below the desk that takes no more than numbers and words."""
    found = set()
    for route, _view in patterns(import_module("rathausplatz.urls.portal")):
        if not route.startswith("redaktion/") or "login" in route or "logout" in route:
            continue
        thing = "image" if "images/" in route else "document" if "documents/" in route else "page"
        path = CONVERTED.sub(lambda match: _value(match, named[thing]), route)  # noqa: B023
        path = re.sub(r"\(\?P<\w+>[^)]*\)", named[thing], path).replace("^", "").replace("$", "").replace("\\Z", "")
        if re.fullmatch(r"[\w./-]*", path):
            found.add(f"/{path}")
    return sorted(found)


def _value(match: re.Match[str], key: str) -> str:
    if match["kind"] in ("int", None) and not match["name"].endswith(("name", "slug", "model")):
        return key
    return {"app_label": "cms", "model_name": "homepage"}.get(match["name"], key)


def failures(portal: Client, asked: Iterable[str]) -> list[tuple[str, int]]:
    portal.raise_request_exception = False
    answers = ((address, portal.get(address).status_code) for address in asked)
    return [(address[:120], status) for address, status in answers if status >= 500]


@pytest.mark.parametrize("role", ["editor", "administrator"])
def test_every_address_of_the_desk_answers_nasty_parameters(portal: Client, gera: Any, role: str) -> None:
    known = addresses(keys_of(gera))
    assert len(known) > 100
    sign_in(portal, gera, role)
    # each address plain, and with every parameter at once in a nastiness that changes from one to the next
    short = [value for value in NASTY.values() if len(value) < 100]
    assert failures(portal, known) == []
    queries = ("&".join(f"{key}={short[turn % len(short)]}" for key in KEYS) for turn in range(len(known)))
    assert failures(portal, (f"{address}?{query}" for address, query in zip(known, queries, strict=True))) == []


@pytest.mark.parametrize("address", LISTS)
def test_each_parameter_alone(portal: Client, gera: Any, address: str) -> None:
    sign_in(portal, gera, "editor")
    asked = (f"/redaktion/{address}?{key}={value}" for key in LISTS[address] for value in NASTY.values())
    assert failures(portal, asked) == []


@pytest.mark.parametrize("number", ["9" * 30, "99999999999"])
def test_a_thing_with_an_absurd_number_is_not_found(portal: Client, gera: Any, number: str) -> None:
    sign_in(portal, gera, "editor")
    assert failures(portal, addresses({"page": number, "image": number, "document": number})) == []


@pytest.mark.parametrize("host", ["gera.localhost", "console.localhost", "localhost"])
def test_nul_in_a_parameter_is_read_as_a_sign_nobody_knows_on_every_host(database: None, host: str) -> None:
    client = Client(headers={"host": host})
    plain = client.get("/?q=ab").status_code
    for query in ("q=a%00b", "a%00=b", "x=%00"):
        assert client.get(f"/?{query}").status_code == plain
    assert client.get("/a%00b/").status_code in (302, 400, 404)


def test_a_long_number_may_be_searched_for(portal: Client, gera: Any) -> None:
    assert portal.get("/suche/?q=123456789012345678901234567890").status_code == 200
    assert portal.get("/aktuelles/?page=123456789012345678901234567890").status_code in (200, 400)


def test_wagtail_rehearses_no_failures_here(portal: Client, gera: Any) -> None:
    sign_in(portal, gera, "administrator")
    assert portal.get("/redaktion/failwhale/").status_code == 404
