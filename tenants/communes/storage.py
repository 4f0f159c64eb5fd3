"""Files under the commune's prefix, on disk or in S3. The prefix follows the scope, never a caller."""

from __future__ import annotations

from os.path import abspath
from typing import Any

from django.core.files.storage import FileSystemStorage
from django.utils._os import safe_join
from storages.backends.s3 import S3Storage

from tenants.communes.scope import current_scope


class CommuneStorage(FileSystemStorage):
    """Local disk: `<MEDIA_ROOT>/<schema>/…`. A name that would leave the prefix is refused."""

    @property
    def location(self) -> str:
        return str(safe_join(abspath(self.base_location), current_scope().schema))


class CommuneS3Storage(S3Storage):
    """S3: `<bucket>/<schema>/…`. Signed addresses name the object, so one of A can't become one of B."""

    @property
    def location(self) -> str:
        return current_scope().schema

    def get_default_settings(self) -> dict[str, Any]:
        settings: dict[str, Any] = super().get_default_settings()
        return settings | {"default_acl": "private", "querystring_auth": True, "file_overwrite": False}
