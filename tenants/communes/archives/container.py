"""The file itself: a ZIP whose comment is the checksum of every byte before it.

Written in one pass, so that it can go anywhere bytes can go; read only after the whole file was checked. The parts are
`tables/<name>.copy`, `files/<path>` and, last, `manifest.json`, in that order.
"""

from __future__ import annotations

import hashlib
import os
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from tenants.communes.archives.format import (
    FILES,
    MANIFEST,
    MOST_MANIFEST_BYTES,
    TABLES,
    ArchiveError,
    FileEntry,
    Manifest,
    TableEntry,
    read_manifest,
)

CHUNK = 1024 * 1024
# an honest archive is not packed tighter than this, a small one aside
MOST_TIMES_LARGER, ALWAYS_ALLOWED = 200, 1024**3
_SEAL_LENGTH = len("sha256:") + 64
_WAYS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
# a list of parts is read whole, with some 700 bytes of memory for each
MOST_PARTS, MOST_DIRECTORY_BYTES = 500_000, 128 * 1024**2
_ZIP_BEGINS = b"PK\x03\x04"
# the records at a ZIP file's end (APPNOTE 4.3.14 and 4.3.16)
_END_BEGINS, _END = b"PK\x05\x06", struct.Struct("<4s4H2LH")
_LARGE_END_BEGINS, _LARGE_END, _LOCATOR_LENGTH = b"PK\x06\x06", struct.Struct("<4sQ2H2L4Q"), 20
_EPOCH = (1980, 1, 1, 0, 0, 0)


class _Sink:
    """Passes bytes on and hashes them; holds the last ones back, where the checksum belongs."""

    def __init__(self, target: IO[bytes]) -> None:
        self._target, self._digest, self._tail, self._position = target, hashlib.sha256(), b"", 0

    def write(self, data: Any) -> int:
        self._tail += bytes(data)
        out, self._tail = self._tail[:-_SEAL_LENGTH], self._tail[-_SEAL_LENGTH:]
        self._digest.update(out)
        self._target.write(out)
        self._position += len(data)
        return len(data)

    def tell(self) -> int:
        return self._position

    def flush(self) -> None:
        self._target.flush()

    def seal(self) -> None:
        """Write the checksum in the place of the bytes that were held back for it."""
        self._target.write(f"sha256:{self._digest.hexdigest()}".encode())
        self._target.flush()


class ArchiveWriter:
    """Writes parts one after the other; `finish` writes manifest and checksum."""

    def __init__(self, target: IO[bytes]) -> None:
        self._sink = _Sink(target)
        # without seek() the module writes sizes behind each part: one pass, any target
        self._zip = zipfile.ZipFile(self._sink, "w", allowZip64=True)  # type: ignore[call-overload]
        self.tables: list[TableEntry] = []
        self.files: list[FileEntry] = []

    @contextmanager
    def part(self, name: str, *, packed: bool) -> Iterator[_Part]:
        """A part to write into. Pictures and PDF are packed already; text is packed here."""
        info = zipfile.ZipInfo(name, _EPOCH)
        info.compress_type = zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED
        info.external_attr = 0o600 << 16
        with self._zip.open(info, "w", force_zip64=True) as stream:
            yield _Part(stream)

    def add_file(self, path: str, content: IO[bytes]) -> None:
        """Add one file of the commune's storage."""
        with self.part(FILES + path, packed=False) as part:
            while chunk := content.read(CHUNK):
                part.write(chunk)
        self.files.append(FileEntry(path=path, bytes=part.size, sha256=part.sha256))

    def __enter__(self) -> ArchiveWriter:
        return self

    def __exit__(self, *exc: object) -> None:
        # after an error the rest must not be written to a target that may be closed already
        self._zip.fp = None

    def finish(self, manifest: Manifest) -> None:
        """Write the manifest and close the file."""
        text = manifest.to_json()
        if len(text) > MOST_MANIFEST_BYTES or len(self.tables) + len(self.files) >= MOST_PARTS:
            raise ArchiveError(f"An archive holds at most {MOST_PARTS} parts: nobody could read this one.")
        with self.part(MANIFEST, packed=True) as part:
            part.write(text)
        self._zip.comment = b"\0" * _SEAL_LENGTH
        self._zip.close()
        self._sink.seal()


class _Part:
    """What is written into one part, counted and hashed."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream, self._digest, self.size = stream, hashlib.sha256(), 0

    def write(self, data: bytes | memoryview) -> None:
        self._stream.write(data)
        self._digest.update(data)
        self.size += len(data)

    @property
    def sha256(self) -> str:
        return self._digest.hexdigest()


class ArchiveReader:
    """Reads an archive whose checksum was right. Every part is checked again while it is read."""

    def __init__(self, path: Path) -> None:
        """Open `path`. Raises ArchiveError for a file that is damaged, dishonest or none of ours."""
        self.path = path
        # opened once: what was checked is what is read, whatever the name leads to a moment later
        self._stream = path.open("rb")
        try:
            self.size = os.fstat(self._stream.fileno()).st_size
            self.sha256 = _check_seal(self._stream, path.name)
            _check_directory(self._stream, self.size, path.name)
            self._zip = self._open_zip()
            self.manifest = self._read_manifest()
            self._check_parts()
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> ArchiveReader:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._stream.close()

    def table(self, entry: TableEntry) -> Iterator[bytes]:
        """The COPY text of a table. Raises ArchiveError at the end if it is not what the manifest says."""
        return self._checked(f"{TABLES}{entry.name}.copy", entry.bytes, entry.sha256)

    def file(self, entry: FileEntry) -> Iterator[bytes]:
        """The bytes of a file, checked in the same way."""
        return self._checked(FILES + entry.path, entry.bytes, entry.sha256)

    def check_all(self) -> None:
        """Read every part once. Raises ArchiveError."""
        for table in self.manifest.tables:
            for _chunk in self.table(table):
                pass
        for file in self.manifest.files:
            for _chunk in self.file(file):
                pass

    def _open_zip(self) -> zipfile.ZipFile:
        try:
            return zipfile.ZipFile(self._stream)
        except (zipfile.BadZipFile, NotImplementedError, UnicodeDecodeError) as error:
            raise ArchiveError(f"{self.path.name} is no archive: {error}.") from error

    def _checked(self, name: str, size: int, sha256: str) -> Iterator[bytes]:
        digest, read = hashlib.sha256(), 0
        try:
            with self._zip.open(name) as stream:
                while chunk := stream.read(min(CHUNK, size - read + 1)):
                    read += len(chunk)
                    if read > size:
                        raise ArchiveError(f"{name} is larger than the manifest says.")
                    digest.update(chunk)
                    yield chunk
        except (zipfile.BadZipFile, zlib.error, EOFError) as error:
            raise ArchiveError(f"{name} can't be unpacked: {error}.") from error
        if read != size or digest.hexdigest() != sha256:
            raise ArchiveError(f"{name} is not what the manifest says.")

    def _read_manifest(self) -> Manifest:
        try:
            info = self._zip.getinfo(MANIFEST)
        except KeyError as error:
            raise ArchiveError(f"{self.path.name} has no {MANIFEST}.") from error
        if info.file_size > MOST_MANIFEST_BYTES:
            raise ArchiveError(f"The manifest of {self.path.name} is too large.")
        with self._zip.open(info) as stream:
            text = stream.read(MOST_MANIFEST_BYTES + 1)
        if len(text) > MOST_MANIFEST_BYTES:
            raise ArchiveError(f"The manifest of {self.path.name} is too large.")
        return read_manifest(text)

    def _check_parts(self) -> None:
        wanted = {f"{TABLES}{table.name}.copy": table.bytes for table in self.manifest.tables}
        wanted |= {FILES + file.path: file.bytes for file in self.manifest.files}
        found = [info for info in self._zip.infolist() if info.filename != MANIFEST]
        if sorted(info.filename for info in found) != sorted(wanted):
            raise ArchiveError("The parts of the file are not those that its manifest lists.")
        if any(info.file_size != wanted[info.filename] for info in found):
            raise ArchiveError("A part of the file has another size than its manifest says.")
        if any(info.flag_bits & 1 or info.compress_type not in _WAYS for info in self._zip.infolist()):
            raise ArchiveError("A part of the file is packed in a way that archives are not.")
        if sum(info.compress_size for info in found) > self.size:
            raise ArchiveError("The parts of the file overlap.")
        if self.manifest.declared_bytes > max(ALWAYS_ALLOWED, MOST_TIMES_LARGER * self.size):
            raise ArchiveError("The file would unpack to far more than an archive does.")


def _check_seal(stream: IO[bytes], name: str) -> str:
    """Compare the checksum at the end with the bytes before it; returns the SHA-256 of the whole file."""
    body, whole = hashlib.sha256(), hashlib.sha256()
    left = os.fstat(stream.fileno()).st_size - _SEAL_LENGTH
    if left <= 0:
        raise ArchiveError(f"{name} is no archive: it is too short.")
    stream.seek(0)
    while left and (chunk := stream.read(min(CHUNK, left))):
        body.update(chunk)
        whole.update(chunk)
        left -= len(chunk)
    seal = stream.read()
    whole.update(seal)
    if seal != f"sha256:{body.hexdigest()}".encode():
        raise ArchiveError(_not_sealed(stream, name))
    return whole.hexdigest()


def _not_sealed(stream: IO[bytes], name: str) -> str:
    """What to tell of a file whose last bytes are not the checksum of the others."""
    stream.seek(0)
    if stream.read(len(_ZIP_BEGINS)) != _ZIP_BEGINS:
        return (
            f"{name} is no archive of Rathausplatz: a file of another kind, or damaged at its very beginning. "
            "`rathausplatz commune export SLUG` makes archives; a readable export is none."
        )
    return (
        f"{name} is damaged or incomplete, or no archive of Rathausplatz (a readable export is none): "
        "its checksum is wrong. Fetch it again."
    )


def _check_directory(stream: IO[bytes], size: int, name: str) -> None:
    """Refuse a list of parts that is too long before it is read: it is read whole, into memory."""
    stream.seek(max(0, size - _SEAL_LENGTH - _END.size))
    end = stream.read()[: _END.size]
    if not end.startswith(_END_BEGINS) or end.count(_END_BEGINS) != 1:
        raise ArchiveError(f"{name} is no archive: its list of parts is not where an archive has it.")
    *_disks, parts, length, _offset, _comment = _END.unpack(end)
    if parts == 0xFFFF or length == 0xFFFFFFFF:
        parts, length = _large_directory(stream, size, name)
    if parts > MOST_PARTS or length > MOST_DIRECTORY_BYTES:
        raise ArchiveError(f"{name} has more parts than an archive may have ({MOST_PARTS}).")


def _large_directory(stream: IO[bytes], size: int, name: str) -> tuple[int, int]:
    """The same two numbers where they need more room (ZIP64): its record stands before the last two."""
    stream.seek(max(0, size - _SEAL_LENGTH - _END.size - _LOCATOR_LENGTH - _LARGE_END.size))
    record = stream.read(_LARGE_END.size)
    if not record.startswith(_LARGE_END_BEGINS):
        raise ArchiveError(f"{name} is no archive: its list of parts is not where an archive has it.")
    *_rest, parts, length, _offset = _LARGE_END.unpack(record)
    return parts, length
