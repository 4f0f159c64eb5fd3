"""Django's cache of content types, kept apart by schema: their ids may differ between public and the communes."""

from __future__ import annotations

from typing import Any

from django.apps import apps as installed
from django.apps.registry import Apps

from tenants.communes.scope import current_scope


class SchemaKeyedCache(dict[Any, Any]):
    """The manager's `{using: {key: content type}}`, with the current schema as part of `using`."""

    def _key(self, using: Any) -> Any:
        return (current_scope().schema, using)

    def __getitem__(self, using: Any) -> Any:
        return super().__getitem__(self._key(using))

    def setdefault(self, using: Any, default: Any = None) -> Any:
        return super().setdefault(self._key(using), default)


def separate_by_schema(apps: Apps = installed) -> None:
    """Replace the manager's cache, of the real models or of a migration's. Runs once each; twice does no harm."""
    if "contenttypes" in apps.app_configs and "contenttype" in apps.all_models["contenttypes"]:
        model: Any = apps.get_model("contenttypes", "ContentType")
        # Django copies the declared managers anew whenever relations change, their cache included
        for manager in [*model._meta.local_managers, *model._meta.managers]:
            manager._cache = SchemaKeyedCache()
