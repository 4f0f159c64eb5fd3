"""URL confs of the rooms that exist."""

from __future__ import annotations

from importlib.util import find_spec

from django.urls import URLResolver, include, path


def exists(module: str) -> bool:
    """Whether a module can be imported, without importing it."""
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:
        return False


def built(module: str) -> list[URLResolver]:
    """Include a room's URL conf, or nothing while the room does not exist."""
    return [path("", include(module))] if exists(module) else []
