"""Who else must know a commune's primary host: rooms register here, `make_primary` calls them."""

from __future__ import annotations

from collections.abc import Callable

from tenants.communes.registry import Registry
from tenants.communes.scope import CommuneRef

Follow = Callable[[CommuneRef], None]
_followers: Registry[Follow] = Registry("host followers")


def register_host_follower(name: str, follow: Follow) -> None:
    """Register a room's function that writes the commune's `primary_host` where the room keeps it.

    It is called in the commune's scope and must be safe to run twice.
    """
    _followers.register(name, follow)


def host_followers() -> list[Follow]:
    """All registered functions in their order."""
    return [follow for _name, follow in _followers.items()]
