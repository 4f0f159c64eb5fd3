"""What rooms add to a readable export, and how its documents are written."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder

from tenants.communes.registry import Registry

FORMAT = "rathausplatz.readable/1"


@dataclass(frozen=True, slots=True)
class ReadableFile:
    """One file of the export: its path, what it is in a sentence, and its bytes, made while they are written."""

    path: str
    title: str
    content: Iterable[bytes]


@dataclass(frozen=True, slots=True)
class Packed:
    """A file that is in the export already: how many things it holds, None where that means nothing."""

    path: str
    title: str
    items: int | None
    size: int


@dataclass(slots=True)
class Package:
    """What is in the export so far, for those who write an overview of it."""

    packed: list[Packed] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class ReadableExporter:
    """A room's part. `files` runs in the commune's scope; lower `order` comes first, an overview last."""

    order: int
    files: Callable[[Package], Iterator[ReadableFile]]


readable_exports: Registry[ReadableExporter] = Registry("parts of a readable export")


class JsonThings:
    """A JSON document of many things, written one by one: {"format", "kind", "items": [{…}, …]}."""

    def __init__(self, kind: str, items: Iterable[dict[str, Any]]) -> None:
        self.kind, self._items, self.count = kind, items, 0

    def __iter__(self) -> Iterator[bytes]:
        yield f'{{"format": "{FORMAT}", "kind": {json.dumps(self.kind)}, "items": ['.encode()
        for item in self._items:
            text = json.dumps(item, cls=DjangoJSONEncoder, ensure_ascii=False, indent=1)
            yield (("," if self.count else "") + "\n" + text).encode()
            self.count += 1
        yield b"\n]}\n"


def things(name: str, title: str, items: Iterable[dict[str, Any]]) -> ReadableFile:
    """The file `<name>.json`."""
    return ReadableFile(f"{name}.json", title, JsonThings(name, items))
