"""What a view declares about who may open it. Deny by default: a view that declares nothing is refused.

The decorators only declare; `AccessMiddleware` enforces, so that the order of decorators can't matter.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import rules
from django.core.exceptions import PermissionDenied

V = TypeVar("V", bound=Callable[..., Any])
PUBLIC = "public"
SIGNED_IN = "signed in"


class UnknownPermissionError(LookupError):
    """A permission name that no room has defined: a spelling mistake must not open or close a door silently."""


def _declare(view: V, access: str) -> V:
    view.access = access  # type: ignore[attr-defined]
    return view


def public(view: V) -> V:
    """Everybody may open this view."""
    return _declare(view, PUBLIC)


def signed_in(view: V) -> V:
    """Anyone with an account on this host may open this view."""
    return _declare(view, SIGNED_IN)


def allowed(permission: str) -> Callable[[V], V]:
    """Only who has `permission` (a name from some room's rules) may open this view."""

    def decorate(view: V) -> V:
        return _declare(view, permission)

    return decorate


def may(user: Any, permission: str, obj: Any = None) -> bool:
    """Whether `user` has `permission`. Raises UnknownPermissionError for a name that nobody defined."""
    if not rules.perm_exists(permission):
        raise UnknownPermissionError(f"No permission named {permission!r}.")
    return bool(rules.has_perm(permission, user, obj))


def require(user: Any, permission: str, obj: Any = None) -> None:
    """Raise PermissionDenied unless `user` has `permission`."""
    if not may(user, permission, obj):
        raise PermissionDenied(permission)
