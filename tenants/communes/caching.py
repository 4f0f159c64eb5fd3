"""Cache keys that carry the commune, for every cache alias, and how all entries of one commune go."""

from __future__ import annotations

import glob
import os
import shutil
from typing import Any

from django.core.cache import caches
from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.filebased import FileBasedCache
from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache

from tenants.communes.invalidation import watch
from tenants.communes.scope import current_scope

PAGE = 1000


def key_of_commune(key: Any, key_prefix: str, version: int) -> str:
    """Django's KEY_FUNCTION: the same key in two communes is two entries."""
    return f"{current_scope().schema}:{key_prefix}:{version}:{key}"


class CommuneFileCache(FileBasedCache):
    """Django's file cache with a folder for each commune: names of files are hashes and could not be told apart."""

    def _key_to_file(self, key: Any, version: int | None = None) -> str:
        made = self.make_and_validate_key(key, version=version)
        whole = str(super()._key_to_file(key, version))  # type: ignore[misc]
        return os.path.join(os.path.dirname(whole), made.partition(":")[0], os.path.basename(whole))

    def set(self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> None:
        os.makedirs(os.path.dirname(self._key_to_file(key, version)), mode=0o700, exist_ok=True)
        super().set(key, value, timeout, version)

    def _list_cache_files(self) -> list[str]:
        found = glob.glob(f"*/*{self.cache_suffix}", root_dir=self._dir)  # type: ignore[attr-defined]
        return [os.path.join(self._dir, name) for name in found]  # type: ignore[attr-defined]

    def forget(self, schema: str) -> None:
        """Remove every entry of one commune."""
        shutil.rmtree(os.path.join(self._dir, schema), ignore_errors=True)  # type: ignore[attr-defined]


def forget_entries(schema: str) -> None:
    """Remove every entry of one commune from every alias of this process and of shared caches. May run twice.

    A backend that can't find entries by their beginning (memcached) keeps them until they expire; nobody can reach
    them, because a schema's name is never used again.
    """
    for alias in caches:
        _forget(caches[alias], schema)


@watch("removed")
def forget_removed(schema: str) -> None:
    """A commune was removed somewhere: drop what this process keeps of it in its own memory."""
    for alias in caches:
        if schema and isinstance(caches[alias], LocMemCache):
            _forget(caches[alias], schema)


def _forget(cache: Any, schema: str) -> None:
    beginning = f"{schema}:"
    if isinstance(cache, CommuneFileCache):
        cache.forget(schema)
    elif isinstance(cache, RedisCache):
        client = cache._cache.get_client(None, write=True)  # type: ignore[attr-defined]
        page: list[Any] = []
        for key in client.scan_iter(match=f"{beginning}*", count=PAGE):
            page.append(key)
            if len(page) >= PAGE:
                client.unlink(*page)
                page = []
        if page:
            client.unlink(*page)
    elif isinstance(cache, LocMemCache):
        for key in [key for key in list(cache._cache) if key.startswith(beginning)]:  # type: ignore[attr-defined]
            cache._cache.pop(key, None)  # type: ignore[attr-defined]
            cache._expire_info.pop(key, None)  # type: ignore[attr-defined]
