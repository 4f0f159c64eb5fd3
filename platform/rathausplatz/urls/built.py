"""URL confs of the rooms that exist."""

from __future__ import annotations

from importlib.util import find_spec

from django.urls import URLResolver, include, path


def built(module: str) -> list[URLResolver]:
    """Include a room's URL conf, or nothing while the room does not exist."""
    try:
        found = find_spec(module)
    except ModuleNotFoundError:
        found = None
    return [path("", include(module))] if found else []
