"""Cache keys that carry the commune, for every cache alias."""

from __future__ import annotations

from typing import Any

from tenants.communes.scope import current_scope


def key_of_commune(key: Any, key_prefix: str, version: int) -> str:
    """Django's KEY_FUNCTION: the same key in two communes is two entries."""
    return f"{current_scope().schema}:{key_prefix}:{version}:{key}"
