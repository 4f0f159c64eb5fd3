"""The resident parking permit, from search to a document that anybody can verify."""

from __future__ import annotations

import re
from pathlib import Path

import pypdf
import pytest
from playwright.sync_api import expect

from tests.journeys import applying
from tests.journeys.applying import DECIDED_WITHIN
from tests.journeys.conftest import Invite
from tests.journeys.mailbox import Mailbox, link_in
from tests.journeys.visitor import PHONE, assert_accessible, assert_fits, follow

PRINTED_CODE = re.compile(r"Prüfcode\s+([A-Z0-9]{4}(?:-[A-Z0-9]{4}){3})")


@pytest.mark.parametrize("java_script", [True, False], ids=["with-javascript", "without-javascript"])
def test_a_permit_is_found_applied_for_issued_and_verified(
    invite: Invite, mailbox: Mailbox, tmp_path: Path, java_script: bool
) -> None:
    applicant = applying.somebody()
    page = applying.find_permit(visitor := invite(viewport=PHONE, java_script_enabled=java_script), "gera")
    assert_fits(page)
    applying.begin(page)
    applying.fill_address(page, applicant)
    expect(page.get_by_role("main")).to_contain_text("Zone A")
    applying.fill_the_rest(page, applicant)
    number = applying.send(page)
    permit = page.get_by_role("link", name="Ausweis herunterladen")
    expect(permit).to_be_visible(timeout=DECIDED_WITHIN)
    assert_fits(page)
    document = applying.download(page, "Ausweis herunterladen", tmp_path)

    reader = pypdf.PdfReader(document)
    text = "\n".join(sheet.extract_text() for sheet in reader.pages)
    assert applicant.plate in text
    # the link in the mail leads a stranger's browser to the case as well
    letter = mailbox.wait_for(to=applicant.email)
    other = invite(viewport=PHONE, java_script_enabled=java_script)
    other.page.goto(link_in(letter, "/vorgang/"))
    expect(other.page.get_by_role("main")).to_contain_text(number)

    visitor.open("gera", "/pruefen/")
    page.locator("input[type=file]").set_input_files(document)
    follow(page.get_by_role("button", name="Datei prüfen"))
    expect(page.get_by_role("main")).to_contain_text("echt")
    assert_fits(page)


def test_the_printed_code_verifies_and_an_altered_file_does_not(
    invite: Invite, mailbox: Mailbox, tmp_path: Path
) -> None:
    applicant = applying.somebody()
    visitor = invite(viewport=PHONE)
    page = visitor.open("gera", "/anliegen/bewohnerparkausweis/")
    applying.begin(page)
    applying.fill_address(page, applicant)
    applying.fill_the_rest(page, applicant)
    applying.send(page)
    expect(page.get_by_role("link", name="Ausweis herunterladen")).to_be_visible(timeout=DECIDED_WITHIN)
    assert_accessible(page)
    document = applying.download(page, "Ausweis herunterladen", tmp_path)
    text = "\n".join(sheet.extract_text() for sheet in pypdf.PdfReader(document).pages)
    code = PRINTED_CODE.search(text)
    assert code is not None, text
    visitor.open("gera", f"/pruefen/{code[1]}/")
    expect(page.get_by_role("main")).to_contain_text("Dieses Dokument ist gültig")
    assert_accessible(page)

    altered = tmp_path / "altered.pdf"
    content = bytearray(document.read_bytes())
    content[len(content) // 2] ^= 1
    altered.write_bytes(content)
    visitor.open("gera", "/pruefen/")
    page.locator("input[type=file]").set_input_files(altered)
    follow(page.get_by_role("button", name="Datei prüfen"))
    expect(page.get_by_role("main")).not_to_contain_text("Dieses Dokument ist gültig")
    expect(page.get_by_role("main")).not_to_contain_text("Dieses Dokument ist echt")


def test_a_form_says_what_is_wrong_above_and_at_the_field(invite: Invite) -> None:
    page = invite(viewport=PHONE).open("wurzen", "/antrag/bewohnerparkausweis/")
    applying.start(page)
    applying.proceed(page)
    summary = page.get_by_role("alert")
    expect(summary).to_be_visible()
    wrong = summary.get_by_role("link").first
    field = page.locator(wrong.get_attribute("href") or "")
    wrong.click()
    expect(field).to_be_focused()
    expect(field).to_have_attribute("aria-invalid", "true")
    assert field.get_attribute("aria-describedby"), "the field does not say where its error is"
    assert_fits(page)
    assert_accessible(page)


def test_a_form_posted_twice_opens_one_case(invite: Invite) -> None:
    applicant = applying.somebody()
    visitor = invite(viewport=PHONE)
    page = visitor.open("gera", "/antrag/bewohnerparkausweis/")
    applying.start(page)
    applying.fill_address(page, applicant)
    applying.fill_the_rest(page, applicant)
    second = visitor.context.new_page()
    second.goto(page.url)
    first_number = applying.send(page)
    assert applying.send(second) == first_number
