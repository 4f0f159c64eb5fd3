"""How somebody applies for a resident parking permit: the steps of the form, by the words on the screen."""

from __future__ import annotations

import random
import re
import string
import uuid
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.journeys.visitor import Visitor, follow

DECIDED_WITHIN = 45_000
# titles carry soft hyphens where a narrow screen may break them
PERMIT = re.compile("Bewoh\u00ad?ner\u00ad?park")


@dataclass(frozen=True, slots=True)
class Applicant:
    """Who applies, and where they live."""

    given_name: str
    family_name: str
    email: str
    street: str = "Kornmarkt"
    number: str = "12"
    postcode: str = "07545"
    city: str = "Gera"
    plate: str = "G-RA 1234"
    birth_date: str = "27.3.1984"


def somebody(**known: str) -> Applicant:
    """A person nobody has met before: one permit is issued per person and plate."""
    letters = "".join(random.choices(string.ascii_uppercase, k=2))
    family_name = f"Müller-Çelik-{uuid.uuid4().hex[:6]}"
    facts = {
        "given_name": "Anna",
        "family_name": family_name,
        "email": f"{uuid.uuid4().hex[:10]}@citizen.example",
        "plate": f"G-{letters} {random.randint(1, 9999)}",
    }
    return Applicant(**(facts | known))


def find_permit(visitor: Visitor, town: str) -> Page:
    """From the home page's search to the service's page."""
    page = visitor.open(town)
    page.get_by_role("searchbox").first.fill("Bewohnerparken")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    follow(page.get_by_role("main").get_by_role("link", name=PERMIT).first)
    expect(page.get_by_role("heading", level=1)).to_contain_text(PERMIT)
    return page


def proceed(page: Page) -> None:
    """Press the one primary button of a form page."""
    follow(page.get_by_role("main").get_by_role("button", name="Weiter"))


def begin(page: Page) -> None:
    """From the service's page into the form."""
    follow(page.get_by_role("main").get_by_role("link", name="beantragen").first)
    start(page)


def start(page: Page) -> None:
    """From the form's first page to its first question."""
    follow(page.get_by_role("main").get_by_role("button", name="Antrag beginnen"))


def fill_address(page: Page, applicant: Applicant) -> None:
    """The first question."""
    page.get_by_label("Straße").fill(applicant.street)
    page.get_by_label("Hausnummer").fill(applicant.number)
    page.get_by_label("Postleitzahl").fill(applicant.postcode)
    page.get_by_label("Ort", exact=True).fill(applicant.city)
    proceed(page)


def fill_the_rest(page: Page, applicant: Applicant) -> None:
    """All questions after the address, up to the page that shows the answers."""
    page.get_by_label("Kennzeichen").fill(applicant.plate)
    proceed(page)
    page.get_by_label("Ja, auf mich").check()
    proceed(page)
    page.get_by_label("Vorname").fill(applicant.given_name)
    page.get_by_label("Nachname").fill(applicant.family_name)
    page.get_by_label("Geburtsdatum").fill(applicant.birth_date)
    proceed(page)
    page.get_by_label("E-Mail-Adresse").fill(applicant.email)
    proceed(page)
    for statement in page.get_by_role("main").get_by_role("checkbox").all():
        statement.check()
    proceed(page)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.get_by_role("main")).to_contain_text(applicant.family_name)


def send(page: Page) -> str:
    """Send the application and return the case's number."""
    page.get_by_role("main").get_by_role("button", name="Antrag absenden").click()
    page.wait_for_url("**/vorgang/*/")
    return page.url.rstrip("/").rsplit("/", 1)[1]


def download(page: Page, link: str, folder: Path) -> Path:
    """Save the document behind a link."""
    with page.expect_download() as started:
        page.get_by_role("main").get_by_role("link", name=link).first.click()
    path = folder / started.value.suggested_filename
    started.value.save_as(path)
    return path
