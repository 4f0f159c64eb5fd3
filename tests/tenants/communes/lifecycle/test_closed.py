"""A closed portal: friendly, in its own colours, without a question to its schema; gone for good it says so."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tenants.communes.actions import suspend_commune
from tenants.communes.lifecycle.offboarding import begin_offboarding
from tenants.communes.models import Commune, CommuneState
from tenants.communes.queries import find_commune
from tenants.communes.scope import PUBLIC_SCHEMA, commune_scope, owner_scope
from tenants.communes.states import change_state
from themes.actions import change_brand
from themes.queries import forget_brand
from themes.tokens import BrandTokens

TOKENS = BrandTokens(primary="#7a1f5c", accent="#0fb5ae", tagline="an der Elster")


@pytest.fixture
def coloured(gera: Any, portal: Client) -> Client:
    """Gera in colours of its own, which this process does not remember."""
    with commune_scope(gera):
        change_brand(actor=None, tokens=TOKENS)
    forget_brand("")
    return portal


def suspend() -> None:
    suspend_commune(commune=find_commune("gera"), actor=None, reason="-")


def walk(*states: CommuneState) -> None:
    """Bring Gera to a state, all the way."""
    for state in states:
        change_state(commune=find_commune("gera"), to=state, actor=None, reason="-")


def asked_the_schema(queries: CaptureQueriesContext) -> list[str]:
    return [query["sql"] for query in queries if '"gera"' in query["sql"] or "rp_gera" in query["sql"]]


def test_a_suspended_portal_shows_its_brand_without_asking_its_schema(coloured: Client) -> None:
    suspend()
    with CaptureQueriesContext(connection) as queries:
        answer = coloured.get("/leistungen/")
    page = answer.content.decode()
    assert (answer.status_code, answer["Retry-After"], answer["Cache-Control"]) == (503, "3600", "no-store")
    assert "Gera" in page
    assert "an der Elster" in page
    assert "/konto/anmelden/" in page
    assert asked_the_schema(queries) == []
    stylesheet = page.partition('href="/brand.')[2].partition('"')[0]
    with CaptureQueriesContext(connection) as queries:
        css = coloured.get(f"/brand.{stylesheet}")
    assert css.status_code == 200
    assert "#7a1f5c" in css.content.decode()
    assert asked_the_schema(queries) == []


def test_it_speaks_the_language_of_its_address(coloured: Client) -> None:
    suspend()
    page = coloured.get("/en/leistungen/").content.decode()
    assert 'lang="en"' in page
    assert "closed at the moment" in page
    assert "/en/konto/anmelden/" in page


def test_a_leaving_commune_says_so(coloured: Client) -> None:
    begin_offboarding(commune=find_commune("gera"), actor=None, reason="-")
    answer = coloured.get("/")
    assert (answer.status_code, "zieht um" in answer.content.decode()) == (503, True)


PLACES = ("/", "/konto/anmelden/", "/arbeitsplatz/mitnehmen/")


def test_what_is_archived_is_410_for_staff_too(coloured: Client) -> None:
    walk(CommuneState.OFFBOARDING, CommuneState.ARCHIVED)
    for path in PLACES:
        answer = coloured.get(path)
        assert (answer.status_code, "gibt es nicht mehr" in answer.content.decode()) == (410, True)
        assert "/konto/anmelden/" not in answer.content.decode()


def test_the_address_of_a_deleted_commune_is_unknown(coloured: Client) -> None:
    walk(CommuneState.OFFBOARDING, CommuneState.ARCHIVED, CommuneState.DELETED)
    for path in PLACES:
        assert coloured.get(path).status_code == 404


@pytest.mark.parametrize(
    ("path", "open_to_staff"),
    [
        ("/konto/anmelden/", True),
        ("/en/konto/anmelden/", True),
        ("/arbeitsplatz/mitnehmen/", True),
        ("/konto/anlegen/", False),
        ("/konto/", False),
        ("/arbeitsplatz/", False),
        ("/arbeitsplatz/personal/", False),
        ("/redaktion/", False),
        ("/api/", False),
        ("/healthz", False),
        ("//konto/anmelden/", False),
    ],
)
def test_only_the_doors_of_staff_stay_open(coloured: Client, path: str, open_to_staff: bool) -> None:
    suspend()
    assert (coloured.get(path).status_code != 503) is open_to_staff


def test_a_copy_of_a_brand_that_can_not_be_read_is_no_reason_for_an_error(coloured: Client) -> None:
    suspend()
    Commune.objects.filter(slug="gera").update(brand={"primary": "blau", "unknown": 1})
    assert coloured.get("/").status_code == 503


def test_a_portal_closes_although_its_schema_can_not_be_read(coloured: Client) -> None:
    suspend()
    change_state(commune=find_commune("gera"), to=CommuneState.LIVE, actor=None)
    with owner_scope(PUBLIC_SCHEMA), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE gera.themes_brand RENAME TO lost")
    suspend()
    answer = coloured.get("/")
    assert (answer.status_code, "an der Elster" in answer.content.decode()) == (503, True)
