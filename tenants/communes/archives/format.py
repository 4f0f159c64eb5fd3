"""What stands in an archive: the manifest, its parts and the faults of a file that can't be one.

The format is described in docs/reference/archive-format.md; a change that an older reader would get wrong needs a new
number in FORMAT.
"""

from __future__ import annotations

import json
from pathlib import PurePosixPath
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

FORMAT = "rathausplatz.archive/1"
MANIFEST = "manifest.json"
TABLES, FILES = "tables/", "files/"
# the manifest is the only part that is read before its size is known to be honest
MOST_MANIFEST_BYTES = 128 * 1024 * 1024
LONGEST_PATH, LONGEST_NAME, LONGEST_TEXT, LONGEST_FAULT, MOST_BRAND = 900, 255, 500, 2000, 256 * 1024
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Count = Annotated[int, Field(ge=0, lt=2**63)]
Text = Annotated[str, Field(max_length=LONGEST_TEXT)]


class ArchiveError(Exception):
    """A file that is no archive, is damaged, or can't be brought in here. The text says what to do."""


def _safe_path(path: str) -> str:
    """A relative path with plain parts: nothing that leaves the folder it is unpacked into."""
    parts = PurePosixPath(path).parts
    if not path or path.startswith("/") or "\\" in path or "\0" in path or path != "/".join(parts):
        raise ValueError("not a plain relative path")
    if any(part in (".", "..") for part in parts):
        raise ValueError("leaves its folder")
    if len(path.encode()) > LONGEST_PATH or any(len(part.encode()) > LONGEST_NAME for part in parts):
        raise ValueError("is longer than a file's name can be")
    return path


def _few(content: dict[str, Any]) -> dict[str, Any]:
    """What is kept in a row beside the commune."""
    if len(json.dumps(content)) > MOST_BRAND:
        raise ValueError(f"has more than {MOST_BRAND} characters")
    return content


SafePath = Annotated[str, AfterValidator(_safe_path)]
# names as PostgreSQL allows them unquoted: ours all are
Name = Annotated[str, Field(pattern=r"^[a-z_][a-z0-9_]{0,62}$")]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class _Format(BaseModel):
    format: Any = None


class TableEntry(_Part):
    """One table: its COPY text has `rows` lines in the order of the primary key."""

    name: Name
    columns: list[Name]
    rows: Count
    bytes: Count
    sha256: Sha256


class SequenceEntry(_Part):
    """Where a sequence stands; `called` as PostgreSQL's `is_called`."""

    name: Name
    value: Annotated[int, Field(ge=-(2**63), lt=2**63)]
    called: bool


class FileEntry(_Part):
    """One file of the commune's storage."""

    path: SafePath
    bytes: Count
    sha256: Sha256


class DomainEntry(_Part):
    """A host name as it was. Only told: the import gives the commune a host of its own."""

    domain: Text
    is_primary: bool
    state: Text


class CommuneEntry(_Part):
    """What the platform knew of the commune."""

    official_name: Text
    name: Text
    slug: Text
    schema_name: Text
    kind: Text
    ars: Text
    land: Text
    postcode: Text
    inhabitants: Count
    tags: Annotated[list[Any], Field(max_length=200)]
    brand: Annotated[dict[str, Any], AfterValidator(_few)]
    domains: list[DomainEntry]


class Manifest(_Part):
    """The list of everything in an archive.

    `migrations` are (app, name); `references` name shared rows by their keys, for each room that has such.
    """

    format: Text
    release: Text
    level: Count
    created_at: Text
    commune: CommuneEntry
    migrations: list[tuple[Text, Text]]
    references: dict[Text, list[Text]]
    tables: list[TableEntry]
    sequences: list[SequenceEntry]
    files: list[FileEntry]

    @property
    def rows(self) -> int:
        """Rows in all tables."""
        return sum(table.rows for table in self.tables)

    @property
    def declared_bytes(self) -> int:
        """How many bytes all parts have, unpacked."""
        return sum(table.bytes for table in self.tables) + sum(file.bytes for file in self.files)

    def to_json(self) -> bytes:
        """The manifest as it is written: UTF-8, sorted keys, one space of indent; the same content is the same text."""
        return json.dumps(self.model_dump(mode="json"), ensure_ascii=False, sort_keys=True, indent=1).encode()


def read_manifest(text: bytes) -> Manifest:
    """The manifest of a file. Raises ArchiveError for anything but a complete one of our format."""
    try:
        # of a large manifest of another kind nothing else is kept
        found = _Format.model_validate_json(text).format
        if found != FORMAT:
            raise ArchiveError(f"The file has the format {found!r}; this release reads {FORMAT!r}.")
        # JSON has no tuples: the strict model reads them in JSON mode only
        manifest = Manifest.model_validate_json(text)
    except ValueError as error:
        raise ArchiveError(f"The manifest is not one of {FORMAT}: {str(error)[:LONGEST_FAULT]}") from error
    names = [TABLES + table.name for table in manifest.tables] + [FILES + file.path for file in manifest.files]
    if len(set(names)) != len(names):
        raise ArchiveError("The manifest names a part twice.")
    return manifest
