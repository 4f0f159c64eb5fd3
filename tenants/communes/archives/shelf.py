"""Where finished archives are kept: a folder, or a prefix in S3 (`ARCHIVE_DIR`).

An archive is written into a file of its own in the workshop and appears on the shelf whole. Its writer holds a lock on
that file, so that what a killed process left behind can be told from what is being written.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import secrets
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Protocol
from urllib.parse import urlsplit

from django.conf import settings

from tenants.communes.archives.format import ArchiveError
from tenants.communes.storage import erase_versions

UNFINISHED = ".unfinished"
CHUNK = 1024 * 1024


class Shelf(Protocol):
    """A place for archives, by names such as `gera/20261125T020000Z-nightly.zip`."""

    def put(self, name: str, made: Path) -> None:
        """Move the finished file `made` to the shelf."""

    def delete(self, name: str) -> None:
        """Take an archive away with all its versions; nothing happens where there is none."""

    def exists(self, name: str) -> bool:
        """Whether the archive is there."""

    def names(self, prefix: str) -> list[str]:
        """The archives whose name begins with `prefix`."""

    def address(self, name: str) -> str:
        """Where the archive is, as other programs name it."""

    def fetched(self, name: str) -> Any:
        """A context manager: the archive as a local file for reading. Raises FileNotFoundError."""

    def held(self, name: str) -> Any:
        """A context manager: the archive as a local file that stays though somebody takes it off the shelf."""

    def digest(self, name: str) -> tuple[int, str]:
        """Size and SHA-256 of what lies on the shelf now, read to its last byte. Raises FileNotFoundError."""


class DiskShelf:
    """A folder, readable by its owner only."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put(self, name: str, made: Path) -> None:
        place = self._place(name)
        _private_folder(place.parent)
        os.replace(made, place)
        _flush_folder(place.parent)

    def delete(self, name: str) -> None:
        place = self._place(name)
        place.unlink(missing_ok=True)
        if place.parent != self.folder and place.parent.is_dir() and not any(place.parent.iterdir()):
            place.parent.rmdir()

    def exists(self, name: str) -> bool:
        return self._place(name).is_file()

    def names(self, prefix: str) -> list[str]:
        found = (path.relative_to(self.folder).as_posix() for path in self.folder.rglob("*.zip"))
        return sorted(name for name in found if name.startswith(prefix))

    def address(self, name: str) -> str:
        return str(self._place(name))

    @contextmanager
    def fetched(self, name: str) -> Iterator[Path]:
        place = self._place(name)
        if not place.is_file():
            raise FileNotFoundError(name)
        yield place

    @contextmanager
    def held(self, name: str) -> Iterator[Path]:
        place = self._place(name)
        _private_folder(workshop())
        # its name lets the tidying remove it after a crash; the lock tells that nobody crashed
        second = workshop() / f"{secrets.token_hex(8)}{UNFINISHED}"
        with place.open("rb") as stream:
            fcntl.flock(stream, fcntl.LOCK_SH)
            try:
                _second_name(place, second)
                yield second
            finally:
                second.unlink(missing_ok=True)

    def digest(self, name: str) -> tuple[int, str]:
        return digest_of(self._place(name))

    def _place(self, name: str) -> Path:
        place = (self.folder / name).resolve()
        if not place.is_relative_to(self.folder.resolve()):
            raise ValueError(f"{name!r} leaves the shelf.")
        return place


class S3Shelf:
    """A prefix in a bucket: `s3://bucket/prefix`. The server is the one of the uploads (AWS_S3_ENDPOINT_URL)."""

    def __init__(self, bucket: str, prefix: str) -> None:
        import boto3

        if not prefix.strip("/"):
            raise ArchiveError(
                f"ARCHIVE_DIR={settings.ARCHIVE_DIR} is a whole bucket. Give the archives a prefix of their own in it, "
                "for example s3://bucket/archives."
            )
        self._prefix = f"{prefix.strip('/')}/"
        self._bucket = boto3.resource(
            "s3", endpoint_url=settings.AWS_S3_ENDPOINT_URL, region_name=settings.AWS_S3_REGION_NAME
        ).Bucket(bucket)

    def put(self, name: str, made: Path) -> None:
        self._bucket.upload_file(str(made), self._prefix + name)
        made.unlink()

    def delete(self, name: str) -> None:
        erase_versions(self._bucket, self._prefix + name)

    def exists(self, name: str) -> bool:
        return name in self.names(name)

    def names(self, prefix: str) -> list[str]:
        found = self._bucket.objects.filter(Prefix=self._prefix + prefix)
        return sorted(item.key.removeprefix(self._prefix) for item in found)

    def address(self, name: str) -> str:
        return f"s3://{self._bucket.name}/{self._prefix}{name}"

    @contextmanager
    def fetched(self, name: str) -> Iterator[Path]:
        if not self.exists(name):
            raise FileNotFoundError(name)
        with making() as (stream, path):
            self._bucket.download_fileobj(self._prefix + name, stream)
            stream.flush()
            yield path

    def held(self, name: str) -> Any:
        # what was fetched is a copy of our own
        return self.fetched(name)

    def digest(self, name: str) -> tuple[int, str]:
        if not self.exists(name):
            raise FileNotFoundError(name)
        return _digest_of(self._bucket.Object(self._prefix + name).get()["Body"].iter_chunks(CHUNK))


def shelf() -> Shelf:
    """The shelf of this installation. Raises ArchiveError for a bucket without a prefix: it would be all of it."""
    place = str(settings.ARCHIVE_DIR)
    if place.startswith("s3://"):
        parts = urlsplit(place)
        return S3Shelf(parts.netloc, parts.path)
    return DiskShelf(Path(place))


def workshop() -> Path:
    """The folder where files are written before they are finished: on the shelf's own disk where it has one."""
    place = str(settings.ARCHIVE_DIR)
    return Path(settings.DATA_DIR) / "archiving" if place.startswith("s3://") else Path(place) / ".making"


@contextmanager
def making() -> Iterator[tuple[IO[bytes], Path]]:
    """A new file to write into, locked and gone afterwards unless it was moved away."""
    _private_folder(workshop())
    handle, name = tempfile.mkstemp(suffix=UNFINISHED, dir=workshop())
    path = Path(name)
    try:
        with os.fdopen(handle, "w+b") as stream:
            fcntl.flock(stream, fcntl.LOCK_EX)
            yield stream, path
    finally:
        path.unlink(missing_ok=True)


def tidy_workshop() -> int:
    """Remove what killed processes left half-written; returns how many files. Living writers hold a lock."""
    removed = 0
    for path in workshop().glob(f"*{UNFINISHED}"):
        try:
            with path.open("rb") as stream:
                fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
                path.unlink(missing_ok=True)
                removed += 1
        except (BlockingIOError, FileNotFoundError):
            continue
    return removed


def digest_of(path: Path) -> tuple[int, str]:
    """Size and SHA-256 of a file."""
    with path.open("rb") as stream:
        return _digest_of(iter(lambda: stream.read(CHUNK), b""))


def _digest_of(chunks: Iterable[bytes]) -> tuple[int, str]:
    size, digest = 0, hashlib.sha256()
    for chunk in chunks:
        size += len(chunk)
        digest.update(chunk)
    return size, digest.hexdigest()


def _second_name(place: Path, second: Path) -> None:
    """The same file under a second name; a copy where the file system, or who owns the file, does not let us."""
    try:
        os.link(place, second)
    except OSError:
        shutil.copyfile(place, second)


def _private_folder(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)


def _flush_folder(folder: Path) -> None:
    """A rename is safe from a power cut once its folder is on the disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
