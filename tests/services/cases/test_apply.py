"""Applying in the browser without JavaScript: pages, errors, sending twice."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from services.cases.models import Case
from tenants.communes.scope import commune_scope

from .conftest import SLUG, carried_by, offer_permit

ADDRESS = {
    "address_street": "Kornmarkt",
    "address_number": "3",
    "address_postcode": "07545",
    "address_city": "Gera",
}
PAGES: list[tuple[str, dict[str, str]]] = [
    ("adresse", ADDRESS),
    ("kennzeichen", {"plate": "G-AB 123"}),
    ("halter", {"own_vehicle": "yes"}),
    ("person", {"given_name": "Ada", "family_name": "Beyer", "birth_date": "27.3.1984"}),
    ("erreichbar", {"email": "ada@example.org"}),
    ("erklaerungen", {"truth": "on", "privacy": "on"}),
]


@pytest.fixture
def offered(gera: Any) -> Any:
    with commune_scope(gera):
        return offer_permit()


def url(step: str = "", slug: str = SLUG) -> str:
    return f"/antrag/{slug}/{step}/" if step else f"/antrag/{slug}/"


def fill_in(client: Any, *, until: str = "") -> None:
    client.post(url())
    for step, data in PAGES:
        if step == until:
            return
        response = client.post(url(step), data)
        assert response.status_code == 302, (step, response.content.decode())


def send(client: Any) -> Any:
    """Press the button of the check page."""
    return client.post(url("pruefen"), carried_by(client.get(url("pruefen"))))


def test_every_page_leads_to_the_next_and_the_last_to_the_check_page(portal: Any, offered: Any) -> None:
    response = portal.post(url())
    for step, data in PAGES:
        assert response["Location"] == url(step)
        assert portal.get(url(step)).status_code == 200
        response = portal.post(url(step), data)
    assert response["Location"] == url("pruefen")
    page = portal.get(url("pruefen")).content.decode()
    assert "G-AB 123" in page
    assert url("kennzeichen") + "?pruefen=1" in page


def test_the_page_after_the_address_says_which_zone_it_is_in(portal: Any, offered: Any) -> None:
    fill_in(portal, until="kennzeichen")
    assert "Ihre Adresse liegt in Zone A, Innenstadt." in portal.get(url("kennzeichen")).content.decode()


def test_an_address_outside_every_zone_is_objected_to_once(portal: Any, offered: Any) -> None:
    portal.post(url())
    outside = ADDRESS | {"address_street": "Waldweg"}
    response = portal.post(url("adresse"), outside)
    page = response.content.decode()
    assert response.status_code == 422
    assert "Für Waldweg 3 finden wir keine Bewohnerparkzone." in page
    assert 'value="Waldweg"' in page
    assert portal.post(url("adresse"), outside | {"address_override": "on"}).status_code == 302


def test_an_address_with_a_foreign_postcode_is_objected_to_in_the_same_way(portal: Any, offered: Any) -> None:
    portal.post(url())
    foreign = ADDRESS | {"address_street": "Kornmarkt", "address_postcode": "99999", "address_city": "Berlin"}
    response = portal.post(url("adresse"), foreign)
    assert response.status_code == 422
    assert "finden wir keine Bewohnerparkzone." in response.content.decode()
    assert portal.post(url("adresse"), foreign | {"address_override": "on"}).status_code == 302
    assert "Ihre Adresse liegt in Zone" not in portal.get(url("kennzeichen")).content.decode()


def test_a_wrong_plate_is_explained_and_stays_in_the_field(portal: Any, offered: Any) -> None:
    fill_in(portal, until="kennzeichen")
    response = portal.post(url("kennzeichen"), {"plate": "G-123"})
    page = response.content.decode()
    assert response.status_code == 422
    assert 'value="G-123"' in page
    assert 'href="#id_plate"' in page
    assert "<title>Fehler:" in " ".join(page.split())


def test_a_file_that_is_no_picture_is_refused_with_a_sentence(portal: Any, offered: Any) -> None:
    fill_in(portal, until="halter")
    portal.post(url("halter"), {"own_vehicle": "no"})
    bad = SimpleUploadedFile("statement.pdf", b"MZ not a pdf", "application/pdf")
    response = portal.post(url("erklaerung"), {"keeper_statement": bad})
    assert response.status_code == 422
    assert "Diese Datei können wir nicht öffnen." in response.content.decode()
    good = SimpleUploadedFile("statement.pdf", b"%PDF-1.4 x", "application/pdf")
    assert portal.post(url("erklaerung"), {"keeper_statement": good})["Location"] == url("person")
    assert "Schon hochgeladen: statement.pdf." in portal.get(url("erklaerung")).content.decode()


def test_nobody_skips_a_page(portal: Any, offered: Any) -> None:
    fill_in(portal, until="halter")
    assert portal.get(url("erreichbar"))["Location"] == url("halter")
    assert portal.get(url("erklaerung"))["Location"] == url("halter")
    assert portal.get(url("pruefen"))["Location"] == url("halter")
    assert portal.get(url("no-such-page")).status_code == 404


def test_changing_an_answer_from_the_check_page_leads_back_to_it(portal: Any, offered: Any) -> None:
    fill_in(portal)
    response = portal.post(url("kennzeichen") + "?pruefen=1", {"plate": "G-XY 9"})
    assert response["Location"] == url("pruefen")
    opened = portal.post(url("halter") + "?pruefen=1", {"own_vehicle": "no"})
    assert opened["Location"] == url("erklaerung") + "?pruefen=1"


def test_sending_twice_leads_to_the_same_case(portal: Any, offered: Any, gera: Any) -> None:
    fill_in(portal)
    page = carried_by(portal.get(url("pruefen")))
    first, second = portal.post(url("pruefen"), page), portal.post(url("pruefen"), page)
    assert first.status_code == second.status_code == 302
    assert first["Location"] == second["Location"]
    assert portal.get(url("pruefen"))["Location"] == first["Location"]
    assert portal.get(url("danke"))["Location"] == first["Location"]
    with commune_scope(gera):
        assert first["Location"] == f"/vorgang/{Case.objects.get().number}/"


def test_each_tab_sends_what_it_shows(portal: Any, offered: Any, gera: Any) -> None:
    fill_in(portal)
    first = portal.get(url("pruefen"))
    fill_in(portal, until="person")
    second = portal.post(url("person"), {"given_name": "Berta", "family_name": "Zwei", "birth_date": "1.2.1990"})
    assert second["Location"] == url("erreichbar")

    sent = portal.post(url("pruefen"), carried_by(first))
    with commune_scope(gera):
        case = Case.objects.get()
    assert sent["Location"] == f"/vorgang/{case.number}/"
    assert case.applicant_name == "Ada Beyer"
    assert portal.post(url("pruefen"), carried_by(first))["Location"] == sent["Location"]
    assert portal.get(url("erreichbar")).status_code == 200, "the second tab goes on"


def test_a_page_of_an_earlier_draft_goes_on_with_that(portal: Any, offered: Any) -> None:
    fill_in(portal, until="kennzeichen")
    first = carried_by(portal.get(url("kennzeichen")))
    portal.post(url())
    answer = portal.post(url("kennzeichen"), first | {"plate": "G-AB 123"})
    assert answer["Location"] == f"{url('halter')}?entwurf={first['_entwurf']}"
    page = portal.get(answer["Location"])
    assert page.status_code == 200
    assert carried_by(page) == first
    assert f"{url('kennzeichen')}?entwurf={first['_entwurf']}" in page.content.decode()
    assert portal.get(url("halter"))["Location"] == url("adresse"), "an address without a key is about the last one"


def test_a_check_page_that_is_no_longer_true_is_shown_again(portal: Any, offered: Any, gera: Any) -> None:
    fill_in(portal)
    before = carried_by(portal.get(url("pruefen")))
    portal.post(url("kennzeichen") + "?pruefen=1", {"plate": "G-XY 9"})
    for page in (before, {}, {"_entwurf": before["_entwurf"]}):
        again = portal.post(url("pruefen"), page)
        assert again.status_code == 409
        assert "Ihre Angaben haben sich geändert" in again.content.decode()
        assert "G-XY 9" in again.content.decode()
    with commune_scope(gera):
        assert not Case.objects.exists()
    assert portal.post(url("pruefen"), carried_by(again)).status_code == 302


def test_a_key_of_somebody_else_opens_nothing(portal: Any, offered: Any, gera: Any) -> None:
    fill_in(portal)
    theirs = carried_by(portal.get(url("pruefen")))
    stranger = Client(headers={"host": gera.primary_host})
    assert stranger.get(f"{url('pruefen')}?entwurf={theirs['_entwurf']}").status_code == 410
    assert stranger.post(url("pruefen"), theirs).status_code == 410


def test_the_page_after_sending_shows_the_code_and_reloads_itself(portal: Any, offered: Any) -> None:
    fill_in(portal)
    status = portal.get(send(portal)["Location"])
    page = status.content.decode()
    assert status["Refresh"] == "3"
    assert "Wir prüfen Ihren Antrag" in page
    assert "Zugangscode" in page


def test_without_a_draft_the_page_says_how_to_begin_again(portal: Any, offered: Any) -> None:
    response = portal.get(url("kennzeichen"))
    assert response.status_code == 410
    assert "Ihr Entwurf ist nicht mehr da" in response.content.decode()


def test_a_service_that_is_not_offered_is_not_found(portal: Any, offered: Any) -> None:
    assert portal.get(url(slug="raketenstart")).status_code == 404


def test_signed_in_people_own_what_they_send(portal: Any, offered: Any, gera: Any) -> None:
    from tenants.accounts.models import User

    with commune_scope(gera):
        user = User.objects.create_user("ada@example.org", name="Ada Beyer")
        portal.force_login(user)
    fill_in(portal)
    send(portal)
    portal.session.pop("cases", None)
    page = portal.get("/konto/vorgaenge/").content.decode()
    with commune_scope(gera):
        case = Case.objects.get()
        assert case.user_id == user.pk
    assert case.number in page
    assert case.number in portal.get("/konto/").content.decode()


@pytest.mark.parametrize("path", ["/konto/", "/konto/vorgaenge/"])
def test_the_own_page_asks_strangers_to_sign_in(portal: Any, path: str) -> None:
    assert portal.get(path)["Location"].startswith("/konto/anmelden/")
