"""What can be asked about service definitions."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from django.db.models import Max

from .definition import Definition
from .frozen import freeze
from .models import ServiceDefinition
from .reading import read_shelf


class DefinitionNotFound(LookupError):
    """There is no published definition of this key (and version)."""


@dataclass(frozen=True, slots=True)
class DefinitionBundle:
    """A named choice of definitions for onboarding."""

    key: str
    title: str
    text: str
    definitions: tuple[str, ...]


def definition(key: str, version: int | None = None) -> Definition:
    """The definition `key` in `version`, or its newest published version (one query). Raises
    DefinitionNotFound.

    A pinned version costs a query once per process: published content never changes, and it is the same for
    all communes, so it may be kept.
    """
    if version is not None:
        return _published(key, version)
    newest = ServiceDefinition.objects.filter(key=key, published_at__isnull=False).aggregate(Max("version"))
    found: int | None = newest["version__max"]
    if found is None:
        raise DefinitionNotFound(key)
    return _published(key, found)


def all_newest() -> list[Definition]:
    """The newest published version of every definition, most wanted first. One query when all are known."""
    heads = (
        ServiceDefinition.objects.filter(published_at__isnull=False)
        .order_by("key")
        .values_list("key")
        .annotate(newest=Max("version"))
    )
    found = [_published(key, version) for key, version in heads]
    return sorted(found, key=lambda each: (each.position, each.key))


def bundles(language: str = "de") -> list[DefinitionBundle]:
    """The bundles that a commune chooses from when it joins; the first one is proposed. No query."""
    return [
        DefinitionBundle(
            bundle.key,
            bundle.title.get(language[:2]) or bundle.title["de"],  # type: ignore[call-overload]
            bundle.text.get(language[:2]) or bundle.text["de"],  # type: ignore[call-overload]
            tuple(bundle.definitions),
        )
        for bundle in _shelf().bundles
    ]


def bundle(key: str, language: str = "de") -> DefinitionBundle:
    """One bundle. Raises DefinitionNotFound."""
    for each in bundles(language):
        if each.key == key:
            return each
    raise DefinitionNotFound(key)


_shelf = lru_cache(maxsize=1)(read_shelf)


@lru_cache(maxsize=2048)
def _published(key: str, version: int) -> Definition:
    row = ServiceDefinition.objects.filter(key=key, version=version, published_at__isnull=False).first()
    if row is None:
        raise DefinitionNotFound(f"{key} {version}")
    return Definition(row.key, row.version, row.leika_key, row.checksum, freeze(row.content))
