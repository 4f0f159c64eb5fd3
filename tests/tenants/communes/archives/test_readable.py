"""What a commune takes along: readable, whole, and without anything that opens a door."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import Group
from django.core.files.storage import default_storage
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pypdf import PdfReader

from tenants.accounts.models import User, UserKind
from tenants.communes.actions import suspend_commune
from tenants.communes.archives.readable.orders import (
    expire_exports,
    fulfil,
    give_up_exports,
    order_readable_export,
)
from tenants.communes.archives.readable.package import write_readable, write_readable_to
from tenants.communes.archives.readable.parts import Package, ReadableExporter, ReadableFile, readable_exports
from tenants.communes.archives.readable.spreadsheets import cell
from tenants.communes.models import Commune, ReadableExport
from tenants.communes.scope import commune_scope, public_scope
from tests.tenants.communes.archives.test_round_trip import put_file
from tests.tenants.communes.conftest import demo_order

# WeasyPrint leaves its colour profile open
pytestmark = pytest.mark.filterwarnings(
    "ignore:Exception ignored in. <_io.FileIO name=.*sRGB2014.icc:pytest.PytestUnraisableExceptionWarning"
)
SECRETS = ("geheimes-passwort-1", "GEHEIMTOTP", "geheimer-link", "geheime-sitzung")


def plant_secrets(commune: Commune) -> None:
    """What must not leave."""
    from allauth.account.models import EmailAddress, EmailConfirmation
    from allauth.mfa.models import Authenticator
    from django.contrib.sessions.models import Session

    from services.participation.models import Idea

    with commune_scope(commune.ref()):
        person = User.objects.create_user("amt@ort.example", SECRETS[0], name="Ämtchen", kind=UserKind.STAFF)
        User.objects.filter(pk=person.pk).update(password=SECRETS[0])
        Authenticator.objects.create(user=person, type="totp", data={"secret": SECRETS[1]})
        address = EmailAddress.objects.create(user=person, email=person.email)
        EmailConfirmation.objects.create(email_address=address, key=SECRETS[2], sent=timezone.now())
        Idea.objects.create(text="=HYPERLINK(1) und mehr", email="x@y.example", token_hash=SECRETS[2])
        Session.objects.create(session_key=SECRETS[3], session_data=SECRETS[3], expire_date=timezone.now())


def test_it_is_readable_whole_and_without_secrets(make_commune: Callable[..., Commune], tmp_path: Path) -> None:
    commune = make_commune(**demo_order())
    plant_secrets(commune)
    put_file(commune, "documents/höhle.pdf", b"%PDF-1.7")
    size = write_readable_to(commune=commune, to=tmp_path / "town.zip", actor=None)
    assert size == (tmp_path / "town.zip").stat().st_size
    with zipfile.ZipFile(tmp_path / "town.zip") as archive:
        found = {name: archive.read(name) for name in archive.namelist()}
    everything = b"".join(found.values())
    assert [secret for secret in SECRETS if secret.encode() in everything] == []

    assert found["dateien/documents/höhle.pdf"] == b"%PDF-1.7"
    for name in ("cases", "offerings", "pages", "ideas", "people", "places", "units", "documents"):
        document = json.loads(found[f"{name}.json"])
        assert (document["format"], document["kind"]) == ("rathausplatz.readable/1", name)
    assert "Ämtchen" in {person["name"] for person in json.loads(found["people.json"])["items"]}
    assert "=HYPERLINK(1) und mehr" in {idea["text"] for idea in json.loads(found["ideas.json"])["items"]}
    assert len(json.loads(found["pages.json"])["items"]) > 10

    table = found["tabellen/participation_idea.csv"]
    assert table.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(table.decode("utf-8-sig")), delimiter=";"))
    assert "token_hash" not in rows[0]
    assert "'=HYPERLINK(1) und mehr" in {row["text"] for row in rows}
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(found["uebersicht.pdf"])).pages)
    assert "Daten zum Mitnehmen" in text
    assert "Augustusburg" in found["LIESMICH.txt"].decode()


@pytest.mark.parametrize(
    ("value", "shown"),
    [(None, ""), (True, "true"), ("=1+1", "'=1+1"), ("-5", "'-5"), (-5, "-5"), ({"ä": [1]}, '{"ä": [1]}')],
)
def test_a_cell_shows_a_value(value: Any, shown: str) -> None:
    assert cell(value) == shown


def colleague(commune: Commune, group: str) -> User:
    """Somebody who works for the commune, as `<group>@ort.example`."""
    from allauth.account.models import EmailAddress

    with commune_scope(commune.ref()):
        email = f"{group}@ort.example"
        user = User.objects.create_user(email, "ein langes passwort", name=group, kind=UserKind.STAFF)
        user.groups.add(Group.objects.get(name=group))
        EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
        return user


def sign_in(client: Client, group: str) -> Any:
    return client.post("/konto/anmelden/", {"login": f"{group}@ort.example", "password": "ein langes passwort"})


def test_an_administrator_orders_it_and_fetches_it_from_a_suspended_portal(
    make_commune: Callable[..., Commune],
) -> None:
    commune = make_commune()
    colleague(commune, "administrator")
    suspend_commune(commune=commune, actor=None, reason="-")
    client = Client(headers={"host": commune.primary_host})
    door = "/arbeitsplatz/mitnehmen/"
    assert client.get("/").status_code == 503
    assert client.get(door)["Location"].startswith("/konto/anmelden/")
    signed_in = sign_in(client, "administrator")
    assert (signed_in.status_code, signed_in["Location"]) == (302, door)
    assert client.get("/arbeitsplatz/personal/").status_code == 503
    assert "Noch nichts bestellt" in client.get(door).content.decode()

    assert client.post(f"{door}bestellen/").status_code == 302
    export = ReadableExport.objects.get(commune=commune)
    with commune_scope(commune.ref()):
        fulfil(export_id=export.pk)
    page = client.get(door).content.decode()
    address = f"{door}{export.pk}/"
    assert address in page
    answer = client.get(address)
    content = b"".join(answer.streaming_content)
    assert zipfile.ZipFile(io.BytesIO(content)).testzip() is None
    assert "attachment" in answer["Content-Disposition"]


def test_who_does_not_run_the_portal_gets_nothing(make_commune: Callable[..., Commune]) -> None:
    commune = make_commune()
    user = colleague(commune, "clerk")
    with commune_scope(commune.ref()):
        export = order_readable_export(actor=user)
        fulfil(export_id=export.pk)
    client = Client(headers={"host": commune.primary_host})
    sign_in(client, "clerk")
    for path in ("/arbeitsplatz/mitnehmen/", f"/arbeitsplatz/mitnehmen/{export.pk}/"):
        assert client.get(path).status_code == 403
    other = make_commune()
    colleague(other, "administrator")
    client = Client(headers={"host": other.primary_host})
    sign_in(client, "administrator")
    assert client.get(f"/arbeitsplatz/mitnehmen/{export.pk}/").status_code == 404


def test_a_second_order_while_one_is_made_is_the_same(make_commune: Callable[..., Commune]) -> None:
    commune = make_commune()
    user = colleague(commune, "administrator")
    with commune_scope(commune.ref()):
        first = order_readable_export(actor=user)
        assert order_readable_export(actor=user) == first
        fulfil(export_id=first.pk)
        fulfil(export_id=first.pk)
    first.refresh_from_db()
    with commune_scope(commune.ref()):
        assert (first.state, default_storage.exists(first.path)) == (ReadableExport.State.DONE, True)
        assert order_readable_export(actor=user) != first


def test_an_export_goes_when_its_days_are_over(make_commune: Callable[..., Commune]) -> None:
    commune = make_commune()
    user = colleague(commune, "administrator")
    with commune_scope(commune.ref()):
        export = order_readable_export(actor=user)
        fulfil(export_id=export.pk)
    export.refresh_from_db()
    with commune_scope(commune.ref()):
        assert default_storage.exists(export.path)
    ReadableExport.objects.filter(pk=export.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    assert expire_exports() == 1
    with commune_scope(commune.ref()):
        assert not default_storage.exists(export.path)


def ready_export(commune: Commune) -> ReadableExport:
    """An export that was ordered and made, and whose days are over."""
    with commune_scope(commune.ref()):
        export = order_readable_export(actor=colleague(commune, "administrator"))
        fulfil(export_id=export.pk)
    ReadableExport.objects.filter(pk=export.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    return ReadableExport.objects.get(pk=export.pk)


def test_an_export_that_can_not_be_removed_stops_no_other(make_commune: Callable[..., Commune]) -> None:
    first, second = (ready_export(make_commune()) for _number in range(2))
    place = Path(settings.MEDIA_ROOT) / first.commune.schema_name / first.path
    place.unlink()
    place.mkdir()
    (place / "strange").touch()
    with pytest.raises(RuntimeError, match="1 of 2"):
        expire_exports()
    for export in (first, second):
        export.refresh_from_db()
    assert (first.state, second.state) == (ReadableExport.State.DONE, ReadableExport.State.EXPIRED)


@pytest.fixture
def slow_part(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A part of the export in eight pieces, each of which takes fifty seconds by the clock of the package."""
    now = [0.0]
    monkeypatch.setattr("tenants.communes.archives.readable.package.monotonic", lambda: now[0])

    def files(package: Package) -> Iterator[ReadableFile]:
        def content() -> Iterator[bytes]:
            for _number in range(8):
                now[0] += 50
                yield b"x"

        yield ReadableFile("slow.bin", "", content())

    readable_exports.register("slow", ReadableExporter(10, files))
    yield
    del readable_exports._entries["slow"]


@pytest.mark.usefixtures("slow_part")
def test_packing_large_files_is_not_taken_for_idleness(make_commune: Callable[..., Commune]) -> None:
    """PgBouncer ends a transaction that is silent for `idle_transaction_timeout` (330 s)."""
    with commune_scope(make_commune().ref()), CaptureQueriesContext(connection) as asked:
        write_readable(io.BytesIO())
    assert [query["sql"] for query in asked].count("SELECT 1") == 4


def test_storing_takes_place_after_the_transaction(make_commune: Callable[..., Commune]) -> None:
    commune = make_commune()
    with commune_scope(commune.ref()):
        export = order_readable_export(actor=colleague(commune, "administrator"))
        fulfil(export_id=export.pk)
        assert not default_storage.exists(f"exports/{export.pk}.zip")
        with public_scope():
            export.refresh_from_db()
        assert export.state == ReadableExport.State.WAITING
    export.refresh_from_db()
    with commune_scope(commune.ref()):
        assert (export.state, default_storage.size(export.path)) == (ReadableExport.State.DONE, export.size)


def test_what_can_not_be_stored_has_failed_and_blocks_no_further_order(make_commune: Callable[..., Commune]) -> None:
    commune = make_commune()
    user = colleague(commune, "administrator")
    (Path(settings.MEDIA_ROOT) / commune.schema_name).mkdir(parents=True, exist_ok=True)
    (Path(settings.MEDIA_ROOT) / commune.schema_name / "exports").touch()
    with commune_scope(commune.ref()):
        export = order_readable_export(actor=user)
        fulfil(export_id=export.pk)
    export.refresh_from_db()
    assert (export.state, export.problem != "") == (ReadableExport.State.FAILED, True)
    with commune_scope(commune.ref()):
        assert order_readable_export(actor=user) != export


def test_an_order_that_is_deleted_while_it_is_made_leaves_no_file(make_commune: Callable[..., Commune]) -> None:
    commune = make_commune()
    with commune_scope(commune.ref()):
        export = order_readable_export(actor=colleague(commune, "administrator"))
        fulfil(export_id=export.pk)
        with public_scope():
            ReadableExport.objects.filter(pk=export.pk).delete()
    with commune_scope(commune.ref()):
        assert not default_storage.exists(f"exports/{export.pk}.zip")
    assert not ReadableExport.objects.filter(pk=export.pk).exists()


def test_an_order_that_nobody_could_make_for_days_is_given_up(make_commune: Callable[..., Commune]) -> None:
    commune = make_commune()
    with commune_scope(commune.ref()):
        export = order_readable_export(actor=colleague(commune, "administrator"))
    assert give_up_exports() == 0
    ReadableExport.objects.filter(pk=export.pk).update(created_at=timezone.now() - timedelta(days=3, seconds=1))
    assert give_up_exports() == 1
    export.refresh_from_db()
    assert (export.state, "noch einmal" in export.problem) == (ReadableExport.State.FAILED, True)
