"""JSON that nobody can write into.

A published definition is kept once per process and serves every commune. Were one commune's text written into it by
mistake, the next commune would show it; so writing raises. Reading, copying, `|`, `+` and `json.dumps` work as usual,
and copies are ordinary dicts and lists.
"""

from __future__ import annotations

from typing import Any, NoReturn


class FrozenContentError(TypeError):
    """Someone tried to change shared, published content."""


def _refuse(self: object, *args: object, **kwargs: object) -> NoReturn:
    raise FrozenContentError("Published content is shared by all communes; copy it before you change it.")


class FrozenDict(dict[str, Any]):
    """A dict that refuses every change."""

    __setitem__ = __delitem__ = __ior__ = _refuse  # type: ignore[assignment]
    clear = pop = popitem = setdefault = update = _refuse  # type: ignore[assignment]

    def __copy__(self) -> dict[str, Any]:
        return dict(self)

    copy = __copy__

    def __deepcopy__(self, memo: dict[int, Any]) -> dict[str, Any]:
        return {key: thaw(value) for key, value in self.items()}

    def __reduce__(self) -> tuple[Any, ...]:
        return dict, (thaw(self),)


class FrozenList(list[Any]):
    """A list that refuses every change."""

    __setitem__ = __delitem__ = __iadd__ = __imul__ = _refuse  # type: ignore[assignment]
    append = clear = extend = insert = pop = remove = reverse = sort = _refuse  # type: ignore[assignment]

    def __copy__(self) -> list[Any]:
        return list(self)

    copy = __copy__

    def __deepcopy__(self, memo: dict[int, Any]) -> list[Any]:
        return [thaw(value) for value in self]

    def __reduce__(self) -> tuple[Any, ...]:
        return list, (thaw(self),)


def freeze(value: Any) -> Any:
    """The same JSON value, unchangeable all the way down."""
    if isinstance(value, dict):
        return FrozenDict({key: freeze(entry) for key, entry in value.items()})
    if isinstance(value, list):
        return FrozenList([freeze(entry) for entry in value])
    return value


def thaw(value: Any) -> Any:
    """The same JSON value as ordinary dicts and lists."""
    if isinstance(value, dict):
        return {key: thaw(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [thaw(entry) for entry in value]
    return value
