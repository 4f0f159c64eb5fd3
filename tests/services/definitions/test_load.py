"""Packages become published definitions, once, for all communes."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import CommandError, call_command
from django.db import DatabaseError, IntegrityError, transaction

from services.definitions import queries
from services.definitions.actions import load_packages
from services.definitions.faults import PackageError
from services.definitions.models import ServiceDefinition
from services.definitions.queries import DefinitionNotFound, all_newest, bundle, bundles, definition
from services.definitions.reading import PACKAGES
from tenants.communes.scope import commune_scope, owner_scope


@pytest.fixture
def in_public(db: None) -> Iterator[None]:
    with owner_scope("public"):
        yield


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A shelf with one package that no installation has yet; what the process keeps of it is forgotten."""
    shutil.copytree(PACKAGES / "wohngeld", tmp_path / "testgeld")
    shelf = yaml.safe_load((PACKAGES / "shelf.yaml").read_text("utf-8"))
    shelf["bundles"] = [{**shelf["bundles"][0], "definitions": ["testgeld"]}]
    (tmp_path / "shelf.yaml").write_text(yaml.safe_dump(shelf, allow_unicode=True), "utf-8")
    edit(tmp_path, key="testgeld")
    yield tmp_path
    queries._published.cache_clear()


def edit(folder: Path, **entries: Any) -> None:
    file = folder / "testgeld" / "definition.yaml"
    file.write_text(yaml.safe_dump(yaml.safe_load(file.read_text("utf-8")) | entries, allow_unicode=True), "utf-8")


def rows() -> list[Any]:
    return list(ServiceDefinition.objects.values_list("key", "version", "checksum", "published_at"))


def test_every_package_is_loaded_when_the_database_is_made(in_gera: Any) -> None:
    assert {each.key for each in all_newest()} == {path.name for path in PACKAGES.iterdir() if path.is_dir()}


def test_loading_again_changes_nothing(in_public: None) -> None:
    before = rows()
    loaded = load_packages()
    assert loaded == [(key, version) for key, version, *_rest in before]
    assert rows() == before


def test_a_changed_package_needs_a_new_version(in_public: None, folder: Path) -> None:
    assert load_packages(folder=folder) == [("testgeld", 1)]
    edit(folder, position=1)
    with pytest.raises(PackageError, match=r"testgeld: Version 1 ist veröffentlicht .* „version: 2“"):
        load_packages(folder=folder)
    edit(folder, version=2)
    assert load_packages(folder=folder) == [("testgeld", 2)]
    assert definition("testgeld").version == 2
    assert definition("testgeld", 1).position == 90
    assert [each.version for each in all_newest() if each.key == "testgeld"] == [2]


def test_the_database_refuses_to_change_a_published_definition(in_public: None) -> None:
    published = ServiceDefinition.objects.filter(key="bewohnerparkausweis")
    with pytest.raises(DatabaseError, match="published and final"), transaction.atomic():
        published.update(checksum="x")
    with pytest.raises(DatabaseError, match="published and final"), transaction.atomic():
        published.delete()


@pytest.mark.parametrize(
    "wrong",
    [
        {"key": "bewohnerparkausweis", "version": 1},
        {"version": 0},
        {"key": "Groß"},
        {"leika_key": "12345678901234"},
        {"leika_key": "9910"},
    ],
)
def test_the_database_refuses_what_can_not_be(in_public: None, wrong: dict[str, Any]) -> None:
    row = {"key": "neu", "version": 1, "content": {}, "checksum": "x"} | wrong
    with pytest.raises(IntegrityError), transaction.atomic():
        ServiceDefinition.objects.create(**row)


def test_a_draft_of_a_definition_is_not_found(in_public: None) -> None:
    ServiceDefinition.objects.create(key="neu", version=1, content={}, checksum="x")
    with pytest.raises(DefinitionNotFound):
        definition("neu")
    with pytest.raises(DefinitionNotFound):
        definition("neu", 1)


def test_communes_read_definitions_and_can_not_write_them(gera: Any) -> None:
    with commune_scope(gera):
        assert definition("wohngeld").text("title") == "Wohngeld beantragen"
        with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
            ServiceDefinition.objects.create(key="neu", version=1, content={}, checksum="x")


def test_a_pinned_version_is_read_once_a_process(in_gera: Any, django_assert_num_queries: Any) -> None:
    definition("bewohnerparkausweis", 1)
    with django_assert_num_queries(0):
        definition("bewohnerparkausweis", 1)
    all_newest()
    with django_assert_num_queries(1):
        all_newest()


def test_a_definition_speaks_german_and_english(in_gera: Any) -> None:
    permit = definition("bewohnerparkausweis")
    assert permit.text("title") == "Bewohnerparken beantragen"
    assert permit.text("title", "en-gb") == "Apply for resident parking"
    assert permit.text("category", "en") == "Cars and traffic"
    assert (permit.text("cost"), permit.text("cost.note")) == ("30,70 €", "für ein Jahr")
    assert permit.module("needs")[0] == {"title": "Ihr Kennzeichen", "hint": "Steht im Fahrzeugschein, Feld A"}
    assert permit.processing == "sofort, wenn alle Voraussetzungen erfüllt sind"
    assert {"Anwohnerparkausweis", "parking permit"} <= set(permit.keywords)
    assert permit.letter_title("notice", "en") == "Notice on your resident parking permit"
    with pytest.raises(KeyError):
        permit.text("colour")
    with pytest.raises(TypeError):
        permit.text("needs")


def test_the_permit_is_what_the_towns_offer(in_gera: Any) -> None:
    permit = definition("bewohnerparkausweis")
    assert (permit.channel, permit.act, permit.fee_cents, permit.validity_days) == ("instant", "bound", 3070, 365)
    assert permit.automation is not None
    assert permit.automation["legal_basis"][0]["citation"] == "§ 46 Abs. 5 Straßenverkehrs-Ordnung (StVO)"


def test_nothing_without_a_form_promises_to_be_online(in_gera: Any) -> None:
    assert [each.key for each in all_newest() if each.form is None and each.channel in {"instant", "online"}] == []


def test_the_first_bundle_is_the_one_to_start_with() -> None:
    first = bundles()[0]
    assert (first.key, first.title, len(first.definitions)) == ("start", "Start", 10)
    assert bundle("verkehr", "en").title == "Traffic"
    with pytest.raises(DefinitionNotFound):
        bundle("unbekannt")


def test_the_command_loads_checks_and_says_what_is_wrong(in_public: None, folder: Path, capsys: Any) -> None:
    call_command("load_definitions", folder=folder, check=True)
    assert capsys.readouterr().out == "testgeld 1\n"
    assert not ServiceDefinition.objects.filter(key="testgeld").exists()
    call_command("load_definitions", folder=folder, json=True)
    assert json.loads(capsys.readouterr().out) == [{"key": "testgeld", "version": 1}]
    edit(folder, channel="online")
    with pytest.raises(CommandError, match=r"channel: online verlangt form\.yaml\."):
        call_command("load_definitions", folder=folder)
