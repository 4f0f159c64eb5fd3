"""Read definition packages from a folder. No database: files in, checked packages out."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from .faults import PackageError, describe
from .parts import part_checks
from .schema import Content, Shelf, honest_channel

Model = TypeVar("Model", bound=BaseModel)
PACKAGES = Path(__file__).parent / "packages"
KNOWN_FILES = {"definition.yaml", "form.yaml", "decision.json"}


@dataclass(frozen=True, slots=True)
class Package:
    """One checked package. `content` is what is published; `checksum` is the SHA-256 of its canonical JSON."""

    key: str
    version: int
    leika_key: str | None
    content: dict[str, Any]
    checksum: str


class _StrictLoader(yaml.SafeLoader):
    """YAML that refuses an entry given twice, instead of keeping the last."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[Any] = set()
        for key_node, _value in node.value:
            key = self.construct_object(key_node, deep=True)
            if key in seen:
                raise yaml.constructor.ConstructorError(None, None, f"„{key}“ steht zweimal da", key_node.start_mark)
            seen.add(key)
        return super().construct_mapping(node, deep=deep)


def read_packages(folder: Path = PACKAGES) -> list[Package]:
    """All packages below `folder`, by key. Raises PackageError with every fault of every package at once."""
    shelf = read_shelf(folder)
    packages: list[Package] = []
    faults: list[str] = []
    for path in sorted(entry for entry in folder.iterdir() if entry.is_dir()):
        try:
            packages.append(read_package(path, shelf))
        except PackageError as error:
            faults += error.faults
    known = {package.key for package in packages}
    if not faults:
        faults = [
            f"{_name(folder / 'shelf.yaml')}: das Bündel „{bundle.key}“ nennt „{key}“, das es nicht gibt."
            for bundle in shelf.bundles
            for key in bundle.definitions
            if key not in known
        ]
    if faults:
        raise PackageError(faults)
    return packages


def read_shelf(folder: Path = PACKAGES) -> Shelf:
    """Categories and bundles. Raises PackageError."""
    return _validated(Shelf, folder / "shelf.yaml")


def read_package(path: Path, shelf: Shelf) -> Package:
    """The package in the folder `path`. Raises PackageError with all faults found."""
    definition = _validated(Content, path / "definition.yaml")
    form = _read_yaml(path / "form.yaml") if (path / "form.yaml").exists() else None
    decision = _read_json(path / "decision.json") if (path / "decision.json").exists() else None
    faults = [*_faults_of_definition(path, definition, shelf, form, decision)]
    faults += _faults_of_part("form", path / "form.yaml", form)
    faults += _faults_of_part("decision", path / "decision.json", decision)
    if faults:
        raise PackageError(faults)
    content = definition.model_dump(mode="json")
    content["category_title"] = shelf.categories[definition.category]
    content |= {"form": form, "decision": decision}
    return Package(definition.key, definition.version, definition.leika_key, content, checksum_of(content))


def checksum_of(content: Mapping[str, Any]) -> str:
    """SHA-256 of the canonical JSON: the same content gives the same sum on every machine."""
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _faults_of_definition(
    path: Path,
    definition: Content,
    shelf: Shelf,
    form: object,
    decision: object,
) -> list[str]:
    file = _name(path / "definition.yaml")
    faults = [
        f"{_name(entry)}: gehört nicht in ein Paket." for entry in path.iterdir() if entry.name not in KNOWN_FILES
    ]
    if definition.key != path.name:
        faults.append(f"{file}: key ist „{definition.key}“, der Ordner heißt aber „{path.name}“.")
    if definition.category not in shelf.categories:
        faults.append(f"{file}: die Kategorie „{definition.category}“ steht nicht in shelf.yaml.")
    promise = honest_channel(definition.channel, form is not None, decision is not None)
    if promise:
        faults.append(f"{file}: {promise}")
    if decision is not None and definition.automation is None:
        faults.append(f"{file}: decision.json verlangt automation mit der Rechtsgrundlage.")
    return faults


def _faults_of_part(kind: str, file: Path, part: Mapping[str, Any] | None) -> list[str]:
    if part is None:
        return []
    try:
        part_checks.get(kind)(part)
    except ValueError as error:
        return [f"{_name(file)}: {line}" for line in str(error).splitlines()]
    return []


def _validated(model: type[Model], file: Path) -> Model:
    raw = _read_yaml(file)
    try:
        return model.model_validate(raw)
    except ValidationError as error:
        raise PackageError([f"{_name(file)}: {fault}" for fault in describe(error)]) from error


def _read_yaml(file: Path) -> dict[str, Any]:
    try:
        raw = yaml.load(file.read_text("utf-8"), Loader=_StrictLoader)  # noqa: S506 (a SafeLoader)
    except FileNotFoundError:
        raise PackageError([f"{_name(file)}: die Datei fehlt."]) from None
    except UnicodeDecodeError:
        raise PackageError([f"{_name(file)}: die Datei ist nicht in UTF-8 geschrieben."]) from None
    except yaml.YAMLError as error:
        raise PackageError([f"{_name(file)}: {_yaml_fault(error)}"]) from error
    return _mapping(file, raw)


def _read_json(file: Path) -> dict[str, Any]:
    try:
        raw = json.loads(file.read_text("utf-8"))
    except ValueError as error:
        raise PackageError([f"{_name(file)}: kein gültiges JSON ({error})."]) from error
    return _mapping(file, raw)


def _mapping(file: Path, raw: object) -> dict[str, Any]:
    if not isinstance(raw, dict):
        raise PackageError([f"{_name(file)}: die Datei ist leer oder keine Zuordnung."])
    return raw


def _yaml_fault(error: yaml.YAMLError) -> str:
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or str(error)
    return f"Zeile {mark.line + 1}: {problem}." if mark else f"{problem}."


def _name(path: Path) -> str:
    return "/".join(path.parts[-2:])
