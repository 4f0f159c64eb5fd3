"""Django's cache of content types, kept apart by schema: their ids may differ between public and the communes."""

from __future__ import annotations

from typing import Any

from django.contrib.contenttypes.models import ContentType

from tenants.communes.scope import current_scope


class SchemaKeyedCache(dict[Any, Any]):
    """The manager's `{using: {key: content type}}`, with the current schema as part of `using`."""

    def _key(self, using: Any) -> Any:
        return (current_scope().schema, using)

    def __getitem__(self, using: Any) -> Any:
        return super().__getitem__(self._key(using))

    def setdefault(self, using: Any, default: Any = None) -> Any:
        return super().setdefault(self._key(using), default)


def separate_by_schema() -> None:
    """Replace the manager's cache. Runs once, when the apps are ready; twice does no harm."""
    manager: Any = ContentType.objects
    manager._cache = SchemaKeyedCache()
