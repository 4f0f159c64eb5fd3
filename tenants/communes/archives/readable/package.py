"""Putting a readable export together: one ZIP, a note to its reader first."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Iterator
from pathlib import Path
from time import monotonic
from typing import IO, Any

from django.core.files.storage import default_storage
from django.db import connection
from django.template.loader import render_to_string
from django.utils import timezone, translation

from tenants.communes.archives.actions import owner_only
from tenants.communes.archives.export import NOT_ARCHIVED, demand_schema
from tenants.communes.archives.format import ArchiveError
from tenants.communes.archives.readable import spreadsheets  # noqa: F401 - registers the tables
from tenants.communes.archives.readable.parts import (
    FORMAT,
    Package,
    Packed,
    ReadableExporter,
    ReadableFile,
    readable_exports,
)
from tenants.communes.audit import record_act
from tenants.communes.models import Commune
from tenants.communes.rollouts.releases import is_behind
from tenants.communes.scope import commune_scope, public_scope, require_commune
from tenants.communes.storage import commune_files

NOTES = {"de": "LIESMICH.txt", "en": "README.txt"}
CHUNK = 1024 * 1024
# seconds
AWAKE_EVERY = 60.0
ALREADY_PACKED = (".jpg", ".jpeg", ".png", ".webp", ".avif", ".pdf", ".zip", ".woff2", ".mp4", ".docx", ".xlsx")


class Wakefulness:
    """Asks the database something now and then: PgBouncer ends a transaction that packs large files in silence."""

    def __init__(self) -> None:
        self._last = monotonic()

    def keep(self) -> None:
        """Call often; it asks once AWAKE_EVERY seconds have passed."""
        if monotonic() - self._last < AWAKE_EVERY:
            return
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        self._last = monotonic()


def write_readable(target: IO[bytes]) -> Package:
    """Write the current commune's export to `target`. Reads in the commune's scope and with its role.

    Its transaction is never silent for much longer than AWAKE_EVERY seconds.
    """
    package, wakefulness = Package(), Wakefulness()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, allowZip64=True) as archive:
        for language, name in NOTES.items():
            archive.writestr(name, _note(language).encode())
        for _name, exporter in sorted(readable_exports.items(), key=lambda entry: entry[1].order):
            for file in exporter.files(package):
                package.packed.append(_write(archive, file, wakefulness))
    return package


def _note(language: str) -> str:
    names = {
        "overview": "uebersicht.pdf",
        "documents": f"*.json ({FORMAT})",
        "tables": "tabellen/*.csv",
        "files": "dateien/",
    }
    with translation.override(language):
        return render_to_string(
            "communes/readable.txt", {"commune": require_commune(), "now": timezone.localtime(), **names}
        )


def _write(archive: zipfile.ZipFile, file: ReadableFile, wakefulness: Wakefulness) -> Packed:
    info = zipfile.ZipInfo(file.path, timezone.localtime().timetuple()[:6])
    packed = file.path.lower().endswith(ALREADY_PACKED)
    info.compress_type = zipfile.ZIP_STORED if packed else zipfile.ZIP_DEFLATED
    size = 0
    with archive.open(info, "w", force_zip64=True) as stream:
        for chunk in file.content:
            stream.write(chunk)
            size += len(chunk)
            wakefulness.keep()
    return Packed(file.path, file.title, getattr(file.content, "count", None), size)


def _files(package: Package) -> Iterator[ReadableFile]:
    for path in commune_files().paths():
        if not path.startswith(NOT_ARCHIVED):
            yield ReadableFile(f"dateien/{path}", "", _content(path))


def _content(path: str) -> Iterator[bytes]:
    try:
        file = default_storage.open(path)
    except FileNotFoundError:
        return
    with file:
        while chunk := file.read(CHUNK):
            yield chunk


def write_readable_to(*, commune: Commune, to: Path, actor: Any) -> int:
    """Write the readable export of a commune to the file `to`, which appears whole or not at all; returns its size.

    Raises ArchiveError for a commune that has nothing to export, or whose schema this release can't read.
    """
    demand_schema(commune)
    if is_behind(commune.ref()):
        raise ArchiveError(f"{commune.name} is behind this release: run `rathausplatz fleet migrate` first.")
    unfinished = to.with_name(f"{to.name}.unfinished")
    try:
        with open(unfinished, "wb", opener=owner_only) as stream, commune_scope(commune.ref()):
            write_readable(stream)
        size = unfinished.stat().st_size
        os.replace(unfinished, to)
    finally:
        unfinished.unlink(missing_ok=True)
    with public_scope():
        record_act(actor=actor, verb="commune.readable_export", target=commune.schema_name)
    return size


readable_exports.register("files", ReadableExporter(850, _files))
