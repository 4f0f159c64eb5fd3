"""Every type of public page, in every brand: it fits a phone, it passes axe in light and dark, it asks nobody else."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Invite
from tests.journeys.visitor import DESK, PHONE, assert_accessible, assert_fits

TOWNS = ["gera", "wurzen", "augustusburg"]
PAGES = [
    "/",
    "/en/",
    "/anliegen/",
    "/anliegen/bewohnerparkausweis/",
    "/antrag/bewohnerparkausweis/",
    "/vorgang/",
    "/pruefen/",
    "/mitmachen/",
    "/mitmachen/ideen/",
    "/suche/?q=parken",
    "/suche/?q=gibtesnicht",
    "/aktuelles/",
    "/veranstaltungen/",
    "/kontakt/",
    "/impressum/",
    "/datenschutz/",
    "/barrierefreiheit/",
    "/konto/login/",
    "/konto/signup/",
    "/konto/password/reset/",
]


def faults_of(check: Callable[[Page], None], page: Page) -> list[str]:
    """What a check says of a page, so that one run tells all pages that are to be mended."""
    try:
        check(page)
    except AssertionError as error:
        return [str(error)]
    return []


@pytest.mark.parametrize("town", TOWNS)
def test_every_public_page_passes_axe_in_light_and_dark(invite: Invite, town: str) -> None:
    visitor = invite(viewport=DESK)
    faults = []
    for path in PAGES:
        page = visitor.open(town, path)
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            faults += [f"{scheme} {fault}" for fault in faults_of(assert_accessible, page)]
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("town", TOWNS)
def test_every_public_page_fits_a_phone(invite: Invite, town: str) -> None:
    visitor = invite(viewport=PHONE)
    faults = [fault for path in PAGES for fault in faults_of(assert_fits, visitor.open(town, path))]
    assert not faults, "\n".join(faults)


def test_every_public_page_fits_320_pixels(invite: Invite) -> None:
    visitor = invite(viewport={"width": 320, "height": 640})
    faults = [fault for path in PAGES for fault in faults_of(assert_fits, visitor.open("gera", path))]
    assert not faults, "\n".join(faults)


def test_a_page_that_does_not_exist_says_so_and_helps(invite: Invite) -> None:
    visitor = invite(viewport=PHONE)
    answer = visitor.page.goto(visitor.platform.address("gera", "/gibt-es-nicht/"))
    assert answer is not None
    assert answer.status == 404
    assert_fits(visitor.page)
    assert_accessible(visitor.page)


@pytest.mark.parametrize(("host", "path"), [("", "/"), ("console", "/konto/login/")])
def test_the_operators_pages_fit_and_pass_axe(invite: Invite, host: str, path: str) -> None:
    page = invite(viewport=PHONE).open(host, path)
    assert_fits(page)
    assert_accessible(page)


def test_the_navigation_is_passed_by_keyboard_at_once(invite: Invite) -> None:
    page = invite(viewport=DESK).open("augustusburg")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Zum Inhalt")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("#inhalt$"))
    expect(page.locator("#inhalt")).to_be_focused()
