"""Packages on disk: what is wrong is said with file and place, all at once."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from services.definitions.faults import PackageError
from services.definitions.reading import PACKAGES, checksum_of, read_packages
from services.definitions.schema import XZUFI_MODULES, Texts

PERMIT = "bewohnerparkausweis"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A shelf with two good packages: one with a form, one without."""
    for name in (PERMIT, "wohngeld"):
        shutil.copytree(PACKAGES / name, tmp_path / name)
    shelf = yaml.safe_load((PACKAGES / "shelf.yaml").read_text("utf-8"))
    shelf["bundles"] = [{**shelf["bundles"][0], "definitions": [PERMIT, "wohngeld"]}]
    (tmp_path / "shelf.yaml").write_text(yaml.safe_dump(shelf, allow_unicode=True), "utf-8")
    return tmp_path


def change(file: Path, path: str, value: Any) -> None:
    """Set one entry of a YAML file („texts.de.title“); `...` removes it."""
    content = yaml.safe_load(file.read_text("utf-8"))
    *way, last = path.split(".")
    place = content
    for key in way:
        place = place[int(key)] if isinstance(place, list) else place[key]
    if value is ...:
        del place[last]
    else:
        place[last] = value
    file.write_text(yaml.safe_dump(content, allow_unicode=True), "utf-8")


def faults(folder: Path) -> list[str]:
    with pytest.raises(PackageError) as refusal:
        read_packages(folder)
    return list(refusal.value.faults)


def test_the_shipped_packages_are_complete() -> None:
    packages = read_packages()
    assert len(packages) >= 15
    for package in packages:
        texts = package.content["texts"]
        assert set(texts) == {"de", "en"}, package.key
        assert all(texts["de"][name] and texts["en"][name] for name in texts["de"] if texts["de"][name]), package.key
        assert package.leika_key is None, "look the key up in the FIM portal before you enter one"


def test_every_letter_that_a_package_names_can_be_rendered() -> None:
    from services.documents.letters import letters

    for package in read_packages():
        for letter in package.content["letters"].values():
            assert letter["template"] in letters


def test_reading_twice_gives_the_same_checksums(folder: Path) -> None:
    first, second = read_packages(folder), read_packages(folder)
    assert [package.checksum for package in first] == [package.checksum for package in second]
    assert [checksum_of(package.content) for package in first] == [package.checksum for package in first]


@pytest.mark.parametrize(
    ("path", "value", "sentence"),
    [
        ("texts.de.title", ..., "wohngeld/definition.yaml: texts.de.title fehlt."),
        ("texts.de.colour", "rot", "wohngeld/definition.yaml: texts.de.colour ist unbekannt"),
        ("texts.de.teaser", "x" * 91, "texts.de.teaser ist zu lang (höchstens 90 Zeichen)."),
        ("texts.de.needs", [], "texts.de.needs braucht mindestens 1 Eintrag."),
        ("texts.en.procedure", ["Apply."], "texts.en.procedure hat nicht so viele Einträge wie texts.de.procedure"),
        ("version", "1", "version muss eine ganze Zahl sein."),
        ("version", 0, "version muss mindestens 1 sein."),
        ("leika_key", "12345678901234", "leika_key passt nicht zum Muster"),
        ("channel", "telepathy", "channel muss einer dieser Werte sein"),
        ("channel", "instant", "channel: instant verlangt form.yaml und decision.json."),
        ("channel", "online", "channel: online verlangt form.yaml."),
        ("category", "sonstiges", "die Kategorie „sonstiges“ steht nicht in shelf.yaml."),
        ("key", "wohnung", "key ist „wohnung“, der Ordner heißt aber „wohngeld“."),
        ("texts", {"en": {}}, "texts.en.name fehlt."),
    ],
)
def test_a_faulty_definition_is_named_with_file_and_path(folder: Path, path: str, value: Any, sentence: str) -> None:
    change(folder / "wohngeld" / "definition.yaml", path, value)
    assert any(sentence in fault for fault in faults(folder)), faults(folder)


def test_only_bound_acts_are_automated(folder: Path) -> None:
    change(folder / PERMIT / "definition.yaml", "act", "discretion")
    assert "automation verlangt act: bound" in faults(folder)[0]


def test_a_decision_table_needs_its_permission_by_law(folder: Path) -> None:
    change(folder / PERMIT / "definition.yaml", "automation", ...)
    assert any("decision.json verlangt automation" in fault for fault in faults(folder))


def test_a_faulty_form_is_named_with_its_file(folder: Path) -> None:
    change(folder / PERMIT / "form.yaml", "steps.1.fields.0.kind", "plate")
    (fault,) = faults(folder)
    assert fault.startswith(f"{PERMIT}/form.yaml: steps.1.fields.0.kind")


def test_a_faulty_decision_is_named_with_its_file(folder: Path) -> None:
    (folder / PERMIT / "decision.json").write_text('{"nodes": [', "utf-8")
    assert f"{PERMIT}/decision.json: kein gültiges JSON" in faults(folder)[0]
    (folder / PERMIT / "decision.json").write_text('{"nodes": []}', "utf-8")
    assert f"{PERMIT}/decision.json: Der Entscheidungstabelle fehlt ein Knoten" in faults(folder)[0]


def test_yaml_that_says_something_twice_is_refused(folder: Path) -> None:
    file = folder / "wohngeld" / "definition.yaml"
    file.write_text(file.read_text("utf-8") + "\nversion: 2\n", "utf-8")
    assert "„version“ steht zweimal da." in faults(folder)[0]
    file.write_text("key: [", "utf-8")
    assert "wohngeld/definition.yaml: Zeile 1" in faults(folder)[0]
    file.write_bytes(b"key: \xff")
    assert "nicht in UTF-8" in faults(folder)[0]
    file.unlink()
    assert "die Datei fehlt" in faults(folder)[0]


def test_a_stray_file_is_named(folder: Path) -> None:
    (folder / "wohngeld" / "notes.txt").touch()
    assert faults(folder) == ["wohngeld/notes.txt: gehört nicht in ein Paket."]


def test_all_faults_are_said_at_once(folder: Path) -> None:
    change(folder / "wohngeld" / "definition.yaml", "texts.de.title", ...)
    change(folder / PERMIT / "definition.yaml", "version", 0)
    assert len(faults(folder)) == 2


def test_a_bundle_names_only_what_there_is(folder: Path) -> None:
    change(folder / "shelf.yaml", "bundles.0.definitions", [PERMIT, "reisepass"])
    assert "nennt „reisepass“, das es nicht gibt." in faults(folder)[0]


def test_every_text_module_has_its_place_in_xzufi() -> None:
    structured = {"result", "cost", "duration", "deadline", "keywords"}
    assert set(XZUFI_MODULES) | structured == set(Texts.model_fields)
    assert len(set(XZUFI_MODULES.values())) == len(XZUFI_MODULES)
