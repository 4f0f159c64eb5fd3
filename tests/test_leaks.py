"""One commune's data never reaches another: each test first makes data that could leak, and shows that it is there."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from allauth.account.models import EmailAddress, EmailConfirmation, get_emailconfirmation_model
from django.conf import settings
from django.core.cache import caches
from django.core.exceptions import SuspiciousFileOperation
from django.core.files.base import ContentFile
from django.core.files.images import ImageFile
from django.core.files.storage import default_storage
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tenants.accounts.models import User, UserKind
from tenants.communes.roles import role_of
from tenants.communes.scope import commune_scope, current_commune, owner_scope
from tenants.communes.tasks import commune_task
from tests.factories.mails import send_waiting_mails

SECRET = "Geheimsache-Ringelnatz"
SIGN_IN = "/konto/anmelden/"


def rows_of(schema: str) -> dict[str, list[str]]:
    """Everything a schema holds, as text, read as the owner."""
    with owner_scope("public"), connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = %s ORDER BY 1", [schema])
        tables = [name for (name,) in cursor.fetchall()]
        found = {}
        for table in tables:
            cursor.execute(f'SELECT t::text FROM "{schema}"."{table}" t ORDER BY 1')
            found[table] = [text for (text,) in cursor.fetchall()]
    return found


@pytest.fixture
def secrets_of_wurzen(wurzen: Any) -> Iterator[User]:
    """Wurzen holds a person, an idea, a case's draft and a page that nobody else may see."""
    from cms.models import HomePage
    from services.forms.actions import start_draft
    from services.participation.actions import write_idea

    with commune_scope(wurzen):
        user = User.objects.create_user("geheim@wurzen.example", name=SECRET)
        write_idea(text=f"{SECRET} an der Mulde", author_name=SECRET, email="geheim@wurzen.example")
        start_draft(offering_slug="bewohnerparkausweis", definition_key="bewohnerparkausweis", definition_version=1)
        home = HomePage.objects.filter(locale__language_code="de").first()
        home.search_description = SECRET
        home.save_revision().publish()
    return user


def test_what_one_commune_writes_changes_no_row_of_another(gera: Any, request: pytest.FixtureRequest) -> None:
    before, other_before = rows_of("gera"), rows_of("wurzen")
    request.getfixturevalue("secrets_of_wurzen")
    assert rows_of("wurzen") != other_before
    assert any(SECRET in row for rows in rows_of("wurzen").values() for row in rows)
    assert rows_of("gera") == before
    assert not any(SECRET in row for rows in before.values() for row in rows)


def test_no_table_of_another_commune_can_be_read_or_written(gera: Any, secrets_of_wurzen: User) -> None:
    tables = rows_of("wurzen").keys()
    assert len(tables) > 60
    with commune_scope(gera):
        for table in tables:
            for statement in (f'SELECT * FROM "wurzen"."{table}"', f'DELETE FROM "wurzen"."{table}"'):
                with (
                    pytest.raises(DatabaseError, match="permission denied"),
                    transaction.atomic(),
                    connection.cursor() as cursor,
                ):
                    cursor.execute(statement)


@pytest.mark.parametrize("alias", sorted(settings.CACHES))
def test_a_cached_value_stays_in_its_commune(gera: Any, wurzen: Any, hearing: None, alias: str) -> None:
    cache = caches[alias]
    with commune_scope(wurzen):
        cache.set("wagtail_site_root_paths", SECRET)
        assert cache.get("wagtail_site_root_paths") == SECRET
    with commune_scope(gera):
        assert cache.get("wagtail_site_root_paths") is None
        cache.delete("wagtail_site_root_paths")
    assert cache.get("wagtail_site_root_paths") is None
    with commune_scope(wurzen):
        assert cache.get("wagtail_site_root_paths") == SECRET
        cache.delete("wagtail_site_root_paths")


def test_a_file_stays_in_its_commune(gera: Any, wurzen: Any) -> None:
    with commune_scope(wurzen):
        name = default_storage.save("letters/secret.txt", ContentFile(SECRET.encode()))
        with default_storage.open(name) as file:
            assert file.read() == SECRET.encode()
    with commune_scope(gera):
        assert not default_storage.exists(name)
        with pytest.raises(FileNotFoundError):
            default_storage.open(name)
        for escape in (f"../wurzen/{name}", f"letters/../../wurzen/{name}", f"{settings.MEDIA_ROOT}/wurzen/{name}"):
            with pytest.raises(SuspiciousFileOperation):
                default_storage.open(escape)


def test_mail_bears_the_commune_it_is_written_for(gera: Any, wurzen: Any) -> None:
    from themes.mail import sender

    with commune_scope(wurzen):
        assert "wurzen@" in sender()
        with commune_scope(gera):
            assert "gera@" in sender()
            assert "wurzen" not in sender()
        assert "wurzen@" in sender()
    assert "wurzen" not in sender()
    assert "gera" not in sender()


def test_a_mail_to_reset_a_password_bears_its_own_commune(gera: Any, wurzen: Any, mailoutbox: list[Any]) -> None:
    for commune in (gera, wurzen):
        with commune_scope(commune):
            User.objects.create_user(f"person@{commune.slug}.example", "a long password 1", name="P")
        answer = Client(headers={"host": commune.primary_host}).post(
            "/konto/passwort/vergessen/", {"email": f"person@{commune.slug}.example"}
        )
        assert answer.status_code == 302, answer.content.decode()
        with commune_scope(commune):
            assert send_waiting_mails() == 1
    assert [mail.to for mail in mailoutbox] == [["person@gera.example"], ["person@wurzen.example"]]
    for mail, own, other in zip(mailoutbox, ("gera", "wurzen"), ("wurzen", "gera"), strict=True):
        assert f"{own}@" in mail.from_email
        assert f"{own}.localhost" in mail.body
        assert other not in f"{mail.from_email} {mail.subject} {mail.body}".lower()


@commune_task()
def where_am_i() -> tuple[str, str, str]:
    """What a task sees: its commune, its schema, its role."""
    commune = current_commune()
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_schema(), current_user")
        schema, role = cursor.fetchone()
    return (commune.schema if commune else "", schema, role)


def test_tasks_of_two_communes_at_once_stay_apart(gera: Any, wurzen: Any) -> None:
    seen: list[tuple[str, tuple[str, str, str]]] = []
    start = threading.Barrier(4)

    def work(schema: str) -> None:
        start.wait()
        for _turn in range(25):
            seen.append((schema, where_am_i(schema=schema)))
        connection.close()

    threads = [threading.Thread(target=work, args=[schema]) for schema in ("gera", "wurzen", "gera", "wurzen")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(seen) == 100
    assert all(found == (schema, schema, role_of(schema)) for schema, found in seen)


def test_a_task_that_fails_leaves_no_commune_behind(gera: Any) -> None:
    @commune_task()
    def failing() -> None:
        raise LookupError

    with pytest.raises(LookupError):
        failing(schema="gera")
    assert current_commune() is None


def test_a_session_of_one_portal_is_nobody_on_another(gera: Any, wurzen: Any) -> None:
    client = Client()
    with commune_scope(gera):
        user = User.objects.create_user("clerk@gera.example", kind=UserKind.CITIZEN, name="Karla")
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    with commune_scope(wurzen):
        # the same number in the other commune is another person, and must not become the signed-in one
        User.objects.create(pk=user.pk, email="victim@wurzen.example", name=SECRET)
    assert client.get("/konto/", headers={"host": gera.primary_host}).status_code == 200
    elsewhere = client.get("/konto/", headers={"host": wurzen.primary_host})
    assert elsewhere.status_code == 302
    assert elsewhere["Location"] == f"{SIGN_IN}?next=%2Fkonto%2F"


def test_a_link_that_confirms_an_address_in_one_commune_confirms_none_in_another(gera: Any, wurzen: Any) -> None:
    keys = {}
    for commune in (gera, wurzen):
        with commune_scope(commune):
            user = User.objects.create_user(f"wer@{commune.slug}.example", name="Wer")
            address = EmailAddress(pk=4711, user=user, email=user.email, primary=True)
            address.save(force_insert=True)
            keys[commune.slug] = get_emailconfirmation_model().create(address).key
            EmailConfirmation.objects.update(sent=timezone.now())
    portal = Client(headers={"host": wurzen.primary_host})
    for slug, opens in (("gera", False), ("wurzen", True)):
        path = reverse("account_confirm_email", args=[keys[slug]], urlconf="rathausplatz.urls.portal")
        assert ("wer@wurzen.example" in portal.get(path).content.decode()) is opens
        portal.post(path)
        with commune_scope(wurzen):
            assert EmailAddress.objects.get(pk=4711).verified is opens


def test_a_portal_session_is_nobody_on_the_console(gera: Any) -> None:
    client = Client()
    with commune_scope(gera):
        user = User.objects.create_user("admin@gera.example", kind=UserKind.STAFF, name="A", is_superuser=True)
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    home = client.get("/", headers={"host": settings.CONSOLE_HOST})
    assert home.status_code == 302
    assert home["Location"].startswith(SIGN_IN)


def test_search_finds_the_own_commune_only(gera: Any, wurzen: Any, secrets_of_wurzen: User) -> None:
    from services.participation.actions import confirm_idea, token_hash
    from services.participation.models import Idea

    with commune_scope(wurzen):
        idea = Idea.objects.get(author_name=SECRET)
        Idea.objects.filter(pk=idea.pk).update(token_hash=token_hash("known"))
        confirm_idea(token="known")
    own = Client(headers={"host": wurzen.primary_host}).get("/mitmachen/ideen/")
    assert SECRET in own.content.decode()
    for path in ("/mitmachen/ideen/", f"/suche/?q={SECRET}", f"/mitmachen/ideen/{idea.pk}/"):
        other = Client(headers={"host": gera.primary_host}).get(path)
        assert f"{SECRET} an der Mulde" not in other.content.decode()


def picture(colour: tuple[int, int, int]) -> ImageFile:
    """A small PNG."""
    from PIL import Image as Pillow

    buffer = BytesIO()
    Pillow.new("RGB", (640, 480), colour).save(buffer, "PNG")
    return ImageFile(BytesIO(buffer.getvalue()), name="wappen.png")


def test_renditions_of_pictures_with_the_same_number_stay_apart(gera: Any, wurzen: Any) -> None:
    from wagtail.images import get_image_model

    contents: dict[str, bytes] = {}
    for commune, colour in ((gera, (255, 0, 0)), (wurzen, (0, 0, 255))):
        with commune_scope(commune):
            image = get_image_model().objects.create(pk=4711, title="Wappen", file=picture(colour))
            name = image.get_rendition("width-200").file.name
            image.file.close()
            contents[commune.slug] = (Path(settings.MEDIA_ROOT) / commune.schema / name).read_bytes()
            # the second time it comes from the cache
            assert get_image_model().objects.get(pk=4711).get_rendition("width-200").file.name == name
    assert contents["gera"] != contents["wurzen"]


def test_the_root_of_the_page_tree_is_the_own_one(gera: Any, wurzen: Any) -> None:
    from wagtail.models import Site

    found = {}
    for commune in (gera, wurzen, gera):
        with commune_scope(commune):
            found[commune.slug] = {root.root_url for root in Site.get_site_root_paths()}
            assert all(commune.primary_host in url for url in found[commune.slug])
    assert found["gera"].isdisjoint(found["wurzen"])
