"""Onboarding: from the directory to an open portal, once."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from console.models import Onboarding
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from tenants.accounts.models import User
from tenants.communes.models import AuditEntry, Commune, CommuneState, ProvisioningRun
from tenants.communes.provisioning.steps import provision_commune, step_names
from tenants.communes.scope import commune_scope
from tests.factories.mails import send_waiting_mails
from themes.models import Brand

LOOK = {"primary": "#1f4e79", "accent": "#ffcc33", "typeface": "manrope", "radius": "0.6", "scene": "river"}


def png() -> SimpleUploadedFile:
    content = io.BytesIO()
    Image.new("RGB", (40, 44), "#aa2211").save(content, "PNG")
    return SimpleUploadedFile("wappen.png", content.getvalue(), "image/png")


def begun(console: Any, ars: str) -> str:
    """Begin with a municipality; returns the onboarding's address without its step."""
    answer = console.post("/aufnahme/beginnen/", {"ars": ars})
    assert answer.status_code == 302
    return str(answer.headers["Location"]).removesuffix("adresse/")


def answered(console: Any, ars: str = "146250150150", **changes: Any) -> str:
    """Answer every page; returns the onboarding's address."""
    base = begun(console, ars)
    slug = Onboarding.objects.get(run=None).answers["slug"]
    pages = {
        "adresse": {"slug": changes.get("slug", slug)},
        "gestalt": LOOK | {"logo": png()},
        "leistungen": {"bundle": "start"},
        "verwaltung": {"admin_email": "Erste@Goeda.example"},
    }
    for step, values in pages.items():
        answer = console.post(f"{base}{step}/", values)
        assert answer.status_code == 302, answer.content.decode()
    assert answer.headers["Location"] == f"{base}pruefen/"
    return base


def test_a_commune_with_umlaut_and_slash_is_taken_on_and_opens(
    console: Any, directory: None, django_capture_on_commit_callbacks: Any
) -> None:
    found = console.get("/aufnahme/", {"q": "göda"}).content.decode()
    assert "Göda / Hodźij" in found
    base = answered(console)
    shown = console.get(f"{base}pruefen/").content.decode()
    for text in ("Göda / Hodźij", "goeda.localhost", "#1f4e79 / #ffcc33", "wappen.png", "erste@goeda.example"):
        assert text in shown
    ordered = console.post(f"{base}pruefen/")
    run = ProvisioningRun.objects.get(commune__slug="goeda")
    assert ordered.headers["Location"] == f"/aufnahme/lauf/{run.pk}/"
    progress = console.get(ordered.headers["Location"])
    assert progress.headers["Refresh"] == f"1; url=/aufnahme/lauf/{run.pk}/"
    assert f"0 von {len(step_names())} Schritten" in progress.content.decode()
    with django_capture_on_commit_callbacks(execute=False):
        provision_commune(run_id=run.pk)
    done = console.get(ordered.headers["Location"])
    assert "Refresh" not in done.headers
    assert "Göda / Hodźij ist da" in done.content.decode()
    commune = Commune.objects.get(slug="goeda")
    assert (commune.state, commune.ars, commune.name) == (CommuneState.LIVE, "146250150150", "Göda / Hodźij")
    with commune_scope(commune.ref()):
        brand = Brand.objects.get(pk=1)
        assert (brand.primary, brand.scene, brand.radius) == ("#1f4e79", "river", 0.6)
        assert brand.logo.name.startswith("brand/logo-")


def test_ordering_twice_makes_one_commune(console: Any, directory: None) -> None:
    base = answered(console)
    first = console.post(f"{base}pruefen/")
    second = console.post(f"{base}pruefen/")
    assert first.headers["Location"] == second.headers["Location"]
    assert Commune.objects.filter(ars="146250150150").count() == 1
    assert ProvisioningRun.objects.filter(commune__slug="goeda").count() == 1


def test_a_commune_that_is_there_is_marked_and_refused(console: Any, directory: None) -> None:
    base = answered(console)
    console.post(f"{base}pruefen/")
    assert "schon aufgenommen" in console.get("/aufnahme/", {"q": "Göda"}).content.decode()
    again = console.post("/aufnahme/beginnen/", {"ars": "146250150150"}, follow=True)
    assert "Göda / Hodźij ist schon aufgenommen." in again.content.decode()
    assert Onboarding.objects.filter(run=None).count() == 0


def test_a_taken_address_is_refused_with_a_sentence(console: Any, directory: None) -> None:
    base = begun(console, "146250150150")
    answer = console.post(f"{base}adresse/", {"slug": "gera"})
    assert answer.status_code == 422
    assert "Die Adresse „gera“ ist schon vergeben. Wählen Sie eine andere." in answer.content.decode()
    answer = console.post(f"{base}adresse/", {"slug": "www"})
    assert "für die Plattform reserviert" in answer.content.decode()


def test_a_name_twin_gets_its_district(console: Any, directory: None) -> None:
    answer = console.post(
        "/aufnahme/frei/",
        {"official_name": "Gera", "kind": "municipality", "land": "14", "postcode": "01234", "inhabitants": "1.200"},
    )
    assert answer.status_code == 302
    onboarding = Onboarding.objects.get()
    assert (onboarding.answers["slug"], onboarding.answers["inhabitants"]) == ("gera-01234", 1200)


def test_a_logo_that_is_no_image_is_refused_and_nothing_is_kept(console: Any, directory: None) -> None:
    base = begun(console, "146250150150")
    fake = SimpleUploadedFile("logo.png", b"MZ not an image at all", "image/png")
    answer = console.post(f"{base}gestalt/", LOOK | {"logo": fake})
    assert answer.status_code == 422
    assert "Diese Datei ist kein Bild" in answer.content.decode()
    assert "gestalt" not in Onboarding.objects.get().answers["done"]
    large = SimpleUploadedFile("logo.png", b"x" * 200_001, "image/png")
    assert "größer als 200 kB" in console.post(f"{base}gestalt/", LOOK | {"logo": large}).content.decode()


def test_a_colour_too_pale_is_corrected_and_the_correction_is_shown(console: Any, directory: None) -> None:
    base = begun(console, "146250150150")
    answer = console.post(f"{base}gestalt/", LOOK | {"primary": "#9fd8ff", "preview": "1"})
    assert answer.headers["Location"] == f"{base}gestalt/#vorschau"
    shown = console.get(f"{base}gestalt/").content.decode()
    assert "Für die Lesbarkeit angepasst" in shown
    assert "#9fd8ff →" in shown


def test_an_unfinished_onboarding_leads_to_its_open_page_and_can_be_discarded(console: Any, directory: None) -> None:
    base = begun(console, "146250150150")
    console.post(f"{base}adresse/", {"slug": "goeda"})
    assert console.get(f"{base}pruefen/").headers["Location"] == f"{base}gestalt/"
    assert "Entwurf" in console.get("/aufnahme/").content.decode()
    console.post(f"{base}verwerfen/")
    assert Onboarding.objects.count() == 0
    assert set(AuditEntry.objects.values_list("verb", flat=True)) >= {"onboarding.begun", "onboarding.discarded"}


def test_a_failed_run_says_where_and_can_be_tried_again(console: Any, directory: None) -> None:
    base = answered(console)
    console.post(f"{base}pruefen/")
    run = ProvisioningRun.objects.get(commune__slug="goeda")
    ProvisioningRun.objects.filter(pk=run.pk).update(state="failed", error="themes: ValueError: Farbe fehlt")
    page = console.get(f"/aufnahme/lauf/{run.pk}/")
    text = page.content.decode()
    assert "Refresh" not in page.headers
    assert "Beim Schritt „Erscheinungsbild übernehmen“ ist etwas schiefgegangen." in text
    assert "Farbe fehlt" in text
    assert console.post(f"/aufnahme/lauf/{run.pk}/erneut/").status_code == 302
    run.refresh_from_db()
    assert run.state == ProvisioningRun.State.WAITING
    assert AuditEntry.objects.filter(verb="commune.retried").count() == 1


@pytest.mark.django_db(transaction=False)
def test_the_first_administrator_is_invited_once_and_chooses_a_password(console: Any, directory: None) -> None:
    from tenants.accounts.tasks import send_invitation

    base = answered(console)
    console.post(f"{base}pruefen/")
    run = ProvisioningRun.objects.get(commune__slug="goeda")
    commune = provision_commune(run_id=run.pk).commune
    ref = Commune.objects.prefetch_related("domains").get(pk=commune.pk).ref()
    with commune_scope(ref):
        user = User.objects.get(email="erste@goeda.example")
    assert send_invitation(schema="goeda", user_id=user.pk) is True
    assert send_invitation(schema="goeda", user_id=user.pk) is False
    with commune_scope(ref):
        send_waiting_mails()
    assert [message.to for message in mail.outbox] == [["erste@goeda.example"]]
    message = mail.outbox[0]
    assert message.subject == "Ihr Zugang zum Portal von Göda / Hodźij"
    assert "goeda@" in message.from_email
    link = re.search(r"http://goeda\.localhost(/\S+)", message.body)
    assert link is not None
    portal = Client(headers={"host": "goeda.localhost"})
    form = portal.get(link.group(1), follow=True)
    assert "Passwort wählen" in form.content.decode()
    words = "fluss brücke amsel 9"
    saved = portal.post(form.request["PATH_INFO"], {"password1": words, "password2": words})
    assert saved.status_code == 302
    signed_in = portal.post("/konto/anmelden/", {"login": "erste@goeda.example", "password": words})
    assert signed_in.status_code == 302


def test_without_a_directory_the_page_says_how_to_get_one(console: Any) -> None:
    assert "rathausplatz directory import" in console.get("/aufnahme/").content.decode()
