"""Files under the commune's prefix, on disk or in S3. The prefix follows the scope, never a caller."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from os.path import abspath
from pathlib import Path
from typing import Any, Protocol

from django.conf import settings
from django.core.files.storage import FileSystemStorage, default_storage
from django.utils._os import safe_join
from django.utils.encoding import filepath_to_uri
from storages.backends.s3 import S3Storage

from tenants.communes.scope import PUBLIC_SCHEMA, current_scope


class CommuneFiles(Protocol):
    """What lifecycle and archives need of a storage, beyond Django's own."""

    def paths(self) -> Iterator[str]:
        """The names of all files of the current scope, in order."""

    def erase(self, name: str) -> None:
        """Remove one file of the current scope with all its versions; nothing happens where there is none."""

    def clear(self) -> None:
        """Remove every file of the current scope. May run twice."""


def commune_files() -> CommuneFiles:
    """The storage of uploads, seen as all files of one commune."""
    storage: Any = default_storage
    return storage  # type: ignore[no-any-return]


class CommuneStorage(FileSystemStorage):
    """Local disk: `<MEDIA_ROOT>/<schema>/…`. A name that would leave the prefix is refused."""

    @property
    def location(self) -> str:
        return str(safe_join(abspath(self.base_location), current_scope().schema))

    def paths(self) -> Iterator[str]:
        """The names of all files of the current scope, in order."""
        root = Path(self.location)
        yield from sorted(
            (Path(folder) / name).relative_to(root).as_posix()
            for folder, _folders, names in os.walk(root)
            for name in names
        )

    def erase(self, name: str) -> None:
        """Remove one file of the current scope; nothing happens where there is none."""
        self.delete(name)

    def clear(self) -> None:
        """Remove every file of the current scope. May run twice."""
        _refuse_public()
        shutil.rmtree(self.location, ignore_errors=True)
        if os.path.lexists(self.location):
            raise OSError(f"Not everything below {self.location} could be removed.")


class CommuneS3Storage(S3Storage):
    """S3: `<bucket>/<schema>/…`. Signed addresses name the object, so one of A can't become one of B."""

    @property
    def location(self) -> str:
        return current_scope().schema

    def get_default_settings(self) -> dict[str, Any]:
        defaults: dict[str, Any] = super().get_default_settings()
        return defaults | {"default_acl": "private", "querystring_auth": True, "file_overwrite": False}

    def paths(self) -> Iterator[str]:
        """The names of all files of the current scope, in order, read in pages."""
        prefix = f"{self.location}/"
        for item in self.bucket.objects.filter(Prefix=prefix):
            yield item.key.removeprefix(prefix)

    def erase(self, name: str) -> None:
        """Remove one file of the current scope with all its versions; nothing happens where there is none."""
        _refuse_public()
        erase_versions(self.bucket, self._normalize_name(name))

    def clear(self) -> None:
        """Remove every file of the current scope and its older versions, in pages of 1000. May run twice."""
        _refuse_public()
        versions = self.bucket.object_versions.filter(Prefix=f"{self.location}/")
        while any(True for _version in versions.limit(1)):
            refused = [error for page in versions.delete() for error in page.get("Errors", ())]
            if refused:
                raise OSError(f"{len(refused)} files below {self.location} could not be removed: {refused[0]['Code']}.")


class CommuneS3Pictures(CommuneS3Storage):
    """The same files with addresses on the portal, which stay the same, need no signature and are its own source."""

    def url(self, name: str, *args: Any, **kwargs: Any) -> str:
        return f"{settings.MEDIA_URL}{filepath_to_uri(name)}"


def erase_versions(bucket: Any, key: str) -> None:
    """Remove an object of S3 with all its versions: where the bucket keeps them, deleting alone only hides it."""
    for version in bucket.object_versions.filter(Prefix=key):
        if version.object_key == key:
            version.delete()


def _refuse_public() -> None:
    if current_scope().schema == PUBLIC_SCHEMA:
        raise RuntimeError("Files are removed for one commune at a time.")
