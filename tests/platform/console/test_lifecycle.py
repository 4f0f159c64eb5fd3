"""The operator sees how a commune stands, and ends its life with a reason, by POST only."""

from __future__ import annotations

from typing import Any

import pytest
from console.models import Onboarding
from console.removal import forget_onboarding
from django.test import Client
from django.utils import timezone

from tenants.communes.audit import record_act
from tenants.communes.lifecycle.orders import FAILED
from tenants.communes.lifecycle.removal import BEGAN, REFUSED
from tenants.communes.models import Archive, AuditEntry, Commune, CommuneState
from tenants.communes.queries import find_commune

PAGE = "/kommunen/gera/"


def state() -> str:
    return Commune.objects.get(schema_name="gera").state


def be(wanted: CommuneState) -> None:
    Commune.objects.filter(schema_name="gera").update(state=wanted)


def test_a_commune_moves_out_and_stays_after_all(console: Client, operator: Any, gera: Any) -> None:
    assert "Auszug beginnen" in console.get(PAGE).content.decode()
    assert console.post(f"{PAGE}auszug/", {"reason": "Vertrag endet"}).status_code == 302
    assert state() == CommuneState.OFFBOARDING
    page = console.get(PAGE).content.decode()
    assert "Archiv erstellen und prüfen" in page
    # the order is a row, whoever is away; the page says so instead of asking again
    assert console.post(f"{PAGE}archivieren/", {"reason": "Vertrag endet"}).status_code == 302
    page = console.get(PAGE).content.decode()
    assert ("Archiv bestellt" in page, "Archiv erstellen und prüfen" in page) == (True, False)
    assert console.post(f"{PAGE}bleibt/", {"reason": "doch nicht"}).status_code == 302
    assert state() == CommuneState.LIVE
    acts = AuditEntry.objects.filter(target="gera", actor=operator.email).values_list("verb", "detail__reason")
    assert set(acts) >= {("commune.offboarding", "Vertrag endet"), ("commune.live", "doch nicht")}


@pytest.mark.parametrize("act", ["auszug", "bleibt", "archivieren", "loeschen"])
def test_every_act_needs_a_reason_and_a_post(console: Client, gera: Any, act: str) -> None:
    before = state()
    assert console.get(f"{PAGE}{act}/").status_code == 405
    assert console.post(f"{PAGE}{act}/", {"reason": " "}).status_code == 422
    assert state() == before


@pytest.mark.parametrize("act", ["auszug", "bleibt", "archivieren", "loeschen"])
def test_nobody_else_can(console_client: Client, gera: Any, act: str) -> None:
    answer = console_client.post(f"{PAGE}{act}/", {"reason": "x", "typed_name": "Gera"})
    assert answer["Location"].startswith("/konto/anmelden/")
    assert state() == CommuneState.LIVE


def test_only_a_leaving_commune_can_be_archived(console: Client, gera: Any) -> None:
    answer = console.post(f"{PAGE}archivieren/", {"reason": "x"}, follow=True)
    assert "Archiviert wird nur, wer im Auszug ist." in answer.content.decode()


def test_deleting_takes_the_name_typed_again(console: Client, gera: Any) -> None:
    be(CommuneState.ARCHIVED)
    assert "Endgültig löschen" in console.get(PAGE).content.decode()
    wrong = console.post(f"{PAGE}loeschen/", {"reason": "Ende", "typed_name": "Wurzen"})
    assert (wrong.status_code, "den Namen „Gera“ ein" in wrong.content.decode()) == (422, True)
    assert Commune.objects.get(schema_name="gera").removal_began_at is None
    assert console.post(f"{PAGE}loeschen/", {"reason": "Ende", "typed_name": " Gera "}).status_code == 302
    assert Commune.objects.get(schema_name="gera").removal_began_at is not None
    assert "Wird gelöscht" in console.get(PAGE).content.decode()


def test_an_open_commune_can_not_be_deleted(console: Client, gera: Any) -> None:
    answer = console.post(f"{PAGE}loeschen/", {"reason": "Ende", "typed_name": "Gera"}, follow=True)
    assert "Löschen können Sie nur, was archiviert ist" in answer.content.decode()


def test_a_deleted_commune_is_no_longer_listed(console: Client, gera: Any) -> None:
    be(CommuneState.DELETED)
    assert console.get(PAGE).status_code == 404
    assert PAGE not in console.get("/").content.decode()


def test_the_last_proven_restore_is_seen(console: Client, gera: Any) -> None:
    commune = find_commune("gera")
    figures = {"size": 2048, "sha256": "0" * 64, "level": 0, "rows": 1, "files": 0}
    Archive.objects.create(commune=commune, path="a", proven_at=timezone.now(), **figures)
    Archive.objects.create(commune=commune, path="", problem="ArchiveError: damaged", **figures)
    page = console.get(PAGE).content.decode()
    assert "Letzte bewiesene Wiederherstellung" in page
    assert "bewiesen" in page
    assert "ArchiveError: damaged" in page
    assert "vor 0\xa0Minuten" in console.get("/").content.decode()


def test_what_an_onboarding_knew_of_people_goes(db: None, gera: Any) -> None:
    run = find_commune("gera").provisioning_runs.get()
    Onboarding.objects.create(answers={"admin_email": "a@b.example"}, started_by="x", run=run)
    forget_onboarding(gera)
    forget_onboarding(gera)
    assert not Onboarding.objects.filter(run=run).exists()


def test_a_removal_that_was_refused_is_shown_with_the_way_out(console: Client, gera: Any) -> None:
    be(CommuneState.ARCHIVED)
    figures = {"size": 1, "sha256": "0" * 64, "level": 0, "rows": 1, "files": 0}
    Archive.objects.create(
        commune=find_commune("gera"), kind=Archive.Kind.FINAL, path="gera/1.zip", problem="fehlt", **figures
    )
    for verb, reason in ((BEGAN, "Vertrag beendet"), (REFUSED, "Das Archiv gera/1.zip ist nicht bewiesen.")):
        record_act(actor=None, verb=verb, target="gera", detail={"reason": reason})
    page = console.get(PAGE).content.decode()
    assert "Löschung verweigert" in page
    assert "Das Archiv gera/1.zip ist nicht bewiesen." in page
    assert "Es wurde nichts gelöscht." in page
    assert PAGE in console.get("/?filter=attention").content.decode()
    answer = console.post(f"{PAGE}archivieren/", {"reason": "noch einmal"}, follow=True)
    assert "wird erstellt und geprüft" in answer.content.decode()
    # ordered again, the old refusal is no news any more
    record_act(actor=None, verb=BEGAN, target="gera", detail={"reason": "jetzt aber"})
    assert "Es wurde nichts gelöscht." not in console.get(PAGE).content.decode()


def test_an_archive_that_failed_says_why_beside_the_button(console: Client, gera: Any) -> None:
    be(CommuneState.OFFBOARDING)
    record_act(actor=None, verb=FAILED, target="gera", detail={"reason": "OSError: No space left on device"})
    page = console.get(PAGE).content.decode()
    assert "Archiv gescheitert" in page
    assert "No space left on device" in page
    assert "Archiv erstellen und prüfen" in page
