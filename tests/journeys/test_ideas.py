"""An idea from the first sentence to the first support, on a phone."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import Invite
from tests.journeys.mailbox import Mailbox, link_in
from tests.journeys.visitor import PHONE, assert_accessible, assert_fits, follow


@pytest.mark.parametrize("java_script", [True, False], ids=["with-javascript", "without-javascript"])
def test_an_idea_is_written_confirmed_and_supported(invite: Invite, mailbox: Mailbox, java_script: bool) -> None:
    author = f"idee-{'mit' if java_script else 'ohne'}@example.org"
    idea = f"Eine Bank am Fluss, {'mit' if java_script else 'ohne'} Lehne."
    visitor = invite(viewport=PHONE, java_script_enabled=java_script)
    page = visitor.open("wurzen", "/mitmachen/ideen/")
    follow(page.get_by_role("main").get_by_role("link", name="Idee aufschreiben"))
    page.get_by_label("Was möchten Sie anstoßen?").fill(idea)
    page.get_by_label("Ihre E-Mail-Adresse").fill(author)
    if java_script:
        expect(page.get_by_role("main")).to_contain_text(f"Noch {280 - len(idea)} Zeichen")
        assert_accessible(page)
    assert_fits(page)
    follow(page.get_by_role("button", name="Idee absenden"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Sehen Sie in Ihr Postfach")

    page.goto(link_in(mailbox.wait_for(to=author), "/mitmachen/ideen/bestaetigen/"))
    assert_fits(page)
    follow(page.get_by_role("button", name="Idee veröffentlichen"))
    expect(page.get_by_role("main")).to_contain_text("Bank am Fluss")

    reader = invite(viewport=PHONE, java_script_enabled=java_script)
    page = reader.open("wurzen", "/mitmachen/ideen/")
    follow(page.get_by_role("link", name=idea))
    follow(page.get_by_role("button", name="Idee unterstützen"))
    expect(page.get_by_role("main")).to_contain_text("1 Person unterstützt das")
    follow(page.get_by_role("button", name="Unterstützung zurücknehmen"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Sie unterstützen diese Idee nicht")
