"""What people with different tasks do with the platform, from beginning to end."""

from __future__ import annotations

import re
import uuid
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from pypdf import PdfReader
from rathausplatz.demo.accounts import OPERATOR, PASSWORD, PORTAL_ACCOUNTS

from tests.journeys import applying
from tests.journeys.applying import DECIDED_WITHIN
from tests.journeys.conftest import Invite
from tests.journeys.mailbox import Mailbox, link_in, plain_text
from tests.journeys.signing_in import fresh_code, sign_in
from tests.journeys.visitor import DESK, PHONE, Visitor, assert_accessible, assert_fits, follow

ACCOUNTS = {account.group: account.address for account in PORTAL_ACCOUNTS}


def send_from_outside_every_zone(invite: Invite, applicant: applying.Applicant) -> tuple[Page, str]:
    """Apply for an address without a zone; returns the case's page and its number, once it is a person's turn."""
    page = invite(viewport=PHONE).open("gera", "/antrag/bewohnerparkausweis/")
    applying.start(page)
    applying.fill_address(page, applicant)
    page.get_by_label("trotzdem stellen").check()
    applying.proceed(page)
    applying.fill_the_rest(page, applicant)
    number = applying.send(page)
    expect(page.get_by_role("main")).to_contain_text("Ein Mensch prüft", timeout=DECIDED_WITHIN)
    return page, number


def open_at_the_desk(clerk: Visitor, number: str) -> Page:
    """A case from the inbox, as a clerk finds it."""
    desk = sign_in(clerk, "gera", ACCOUNTS["clerk"])
    clerk.open("gera", f"/arbeitsplatz/?q={number}")
    assert_accessible(desk)
    follow(desk.get_by_role("link", name="Vorgang öffnen"))
    assert_accessible(desk)
    return desk


def test_a_clerk_rejects_by_hand_what_the_rules_leave_open(invite: Invite, mailbox: Mailbox) -> None:
    applicant = applying.somebody(street="Am Stadtrand", number="99")
    page, number = send_from_outside_every_zone(invite, applicant)
    desk = open_at_the_desk(invite(viewport=DESK), number)
    desk.get_by_label("Ablehnen").check()
    desk.get_by_label("Begründung").fill("Die Adresse liegt in keiner Bewohnerparkzone (§ 45 Abs. 1b StVO).")
    follow(desk.get_by_role("button", name="Entscheiden und Bescheid verschicken"))

    later = page.context.new_page()
    later.goto(page.url)
    expect(later.get_by_role("main")).to_contain_text("liegt in keiner Bewohnerparkzone")
    expect(later.locator("a[href*='/dokument/']").first).to_be_visible(timeout=DECIDED_WITHIN)
    assert number in plain_text(mailbox.wait_for(to=applicant.email))


@pytest.mark.parametrize(
    "address", [{"street": "Am Stadtrand", "number": "99"}, {"postcode": "99999", "city": "Berlin"}]
)
def test_a_clerk_grants_a_zone_by_hand_and_the_permit_follows(
    invite: Invite, address: dict[str, str], tmp_path: Path
) -> None:
    applicant = applying.somebody(**address)
    page, number = send_from_outside_every_zone(invite, applicant)
    desk = open_at_the_desk(invite(viewport=DESK), number)
    desk.get_by_label("Bewilligen").check()
    desk.get_by_label(re.compile("^Zone")).select_option("B")
    desk.get_by_label("Begründung").fill("Die Zufahrt liegt in Zone B.")
    follow(desk.get_by_role("button", name="Entscheiden und Bescheid verschicken"))

    later = page.context.new_page()
    later.goto(page.url)
    expect(later.get_by_role("link", name="Ausweis herunterladen")).to_be_visible(timeout=DECIDED_WITHIN)
    permit = applying.download(later, "Ausweis herunterladen", tmp_path)
    text = " ".join(PdfReader(permit).pages[0].extract_text().split())
    assert applicant.plate in text
    assert "nur in Zone B" in text


def test_an_idea_is_written_confirmed_by_mail_and_supported(invite: Invite, mailbox: Mailbox) -> None:
    address = applying.somebody().email
    text = f"Eine Bank mit Blick auf die Mulde, Nummer {address[:6]}"
    writer = invite(viewport=PHONE, java_script_enabled=False)
    page = writer.open("wurzen", "/mitmachen/ideen/neu/")
    page.get_by_label("Was möchten Sie anstoßen?").fill(text)
    page.get_by_label("Ihr Name").fill("Joachim R.")
    page.get_by_label("Ihre E-Mail-Adresse").fill(address)
    follow(page.get_by_role("button", name="Idee absenden"))
    assert_fits(page)

    stranger = invite(viewport=PHONE)
    listed = stranger.open("wurzen", "/mitmachen/ideen/")
    expect(listed.get_by_role("main")).not_to_contain_text(address[:6])

    page.goto(link_in(mailbox.wait_for(to=address), "/bestaetigen/"))
    follow(page.get_by_role("button", name="Idee veröffentlichen"))
    stranger.open("wurzen", "/mitmachen/ideen/")
    follow(listed.get_by_role("main").get_by_role("link", name=re.compile(address[:6])).first)
    assert_accessible(listed)
    idea = listed.url
    follow(listed.get_by_role("button", name="Idee unterstützen"))
    expect(listed.get_by_role("button", name="Unterstützung zurücknehmen")).to_be_visible()
    listed.goto(idea)
    expect(listed.locator("dl.figures dd")).to_have_text("1")


def test_an_operator_takes_on_a_commune_with_an_umlaut_and_a_slash(invite: Invite, mailbox: Mailbox) -> None:
    operator = invite(viewport=DESK)
    page = sign_in(operator, "console", OPERATOR.address)
    operator.open("console", "/aufnahme/?q=Lübbenau")
    assert_accessible(page)
    follow(page.get_by_role("button", name="Auswählen Lübbenau/Spreewald"))
    admin = applying.somebody().email
    for _step in range(8):
        if page.get_by_role("button", name="Kommune jetzt aufnehmen").is_visible():
            break
        assert_accessible(page)
        for field in page.get_by_role("main").locator("input[type=email]").all():
            field.fill(admin)
        for field in page.get_by_role("main").locator("input[type=text][name*=name]").all():
            field.fill("Mina Wjelk")
        follow(page.get_by_role("button", name="Weiter"))
    follow(page.get_by_role("button", name="Kommune jetzt aufnehmen"))
    expect(page.get_by_role("link", name="Portal öffnen")).to_be_visible(timeout=60_000)
    portal = page.get_by_role("link", name="Portal öffnen").get_attribute("href")
    assert portal is not None
    assert "Lübbenau" in plain_text(mailbox.wait_for(to=admin))
    visitor = invite(viewport=PHONE)
    visitor.page.goto(portal)
    expect(visitor.page.get_by_role("heading", level=1)).to_be_visible()
    expect(visitor.page.locator("body")).to_contain_text("Lübbenau")
    assert_fits(visitor.page)
    assert_accessible(visitor.page)


def test_published_news_is_on_the_anonymous_page_at_once(invite: Invite) -> None:
    headline = f"Brunnen läuft wieder seit {datetime.now(UTC):%H:%M:%S}"
    reader = invite(viewport=PHONE)
    for _time in range(2):
        reader.open("augustusburg", "/aktuelles/")
    expect(reader.page.get_by_role("main")).not_to_contain_text(headline)

    editor = invite(viewport=DESK)
    page = sign_in(editor, "augustusburg", ACCOUNTS["editor"])
    editor.open("augustusburg", "/redaktion/pages/")
    for title in ("Startseite", "Aktuelles"):
        follow(page.get_by_role("main").get_by_role("link", name=title).first)
        parent = re.search(r"/pages/(\d+)/", page.url)
        assert parent is not None
        editor.open("augustusburg", f"/redaktion/pages/{parent[1]}/")
    editor.open("augustusburg", f"/redaktion/pages/add/cms/newspage/{parent[1]}/")
    page.locator("[name=title]").fill(headline)
    page.locator("[name=introduction]").fill("Zwei Jahre war er trocken.")
    page.locator("[name=slug]").evaluate("(field, value) => { field.value = value }", f"brunnen-{uuid.uuid4().hex[:8]}")
    page.locator("button[name=action-publish]").first.dispatch_event("click")
    # the editor saves on its own and calls itself /edit/ then; publishing leads back to the list
    page.wait_for_url(lambda url: "/add/" not in url and "/edit/" not in url)
    reader.page.reload()
    expect(reader.page.get_by_role("main")).to_contain_text(headline)


def test_staff_sign_in_with_a_second_factor_once_they_have_one(invite: Invite) -> None:
    visitor = invite(viewport=DESK)
    page = sign_in(visitor, "wurzen", ACCOUNTS["administrator"])
    visitor.open("wurzen", "/konto/2fa/totp/activate/")
    page.locator("input[name=password]").fill(PASSWORD)
    follow(page.get_by_role("button", name="Bestätigen"))
    key = page.get_by_role("main").locator("code").inner_text().strip()
    used = fresh_code(key)
    page.locator("input[name=code]").fill(used)
    follow(page.get_by_role("button", name="Einrichten"))
    expect(page.locator("input[name=code]")).to_have_count(0)

    other = invite(viewport=PHONE)
    challenge = sign_in(other, "wurzen", ACCOUNTS["administrator"])
    expect(challenge.locator("input[name=code]")).to_be_visible()
    assert_accessible(challenge)
    challenge.locator("input[name=code]").fill("000000")
    follow(challenge.get_by_role("button", name="Anmelden", exact=True))
    expect(challenge.get_by_role("alert")).to_be_visible()
    # a code is accepted once
    challenge.locator("input[name=code]").fill(fresh_code(key, but=used))
    follow(challenge.get_by_role("button", name="Anmelden", exact=True))
    challenge.wait_for_url(lambda url: "/2fa/" not in url and "/anmelden/" not in url)
