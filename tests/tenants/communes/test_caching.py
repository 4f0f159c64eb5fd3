"""All entries of one commune go at once, the others' stay."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import caches

from tenants.communes.caching import forget_entries, forget_removed
from tenants.communes.scope import commune_scope
from tests.servers.redis import redis


@pytest.fixture(scope="module")
def redis_address() -> Iterator[str]:
    with redis() as address:
        yield address


@pytest.fixture(params=["files", "memory", "redis"])
def cache(request: pytest.FixtureRequest, settings: Any, tmp_path: Path) -> Any:
    """A cache of each kind that an installation may have."""
    backends = {
        "files": {"BACKEND": "tenants.communes.caching.CommuneFileCache", "LOCATION": str(tmp_path)},
        "memory": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": str(tmp_path)},
    }
    if request.param == "redis":
        address = request.getfixturevalue("redis_address")
        backends["redis"] = {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": address}
    key = {"KEY_FUNCTION": "tenants.communes.caching.key_of_commune"}
    settings.CACHES = {"default": backends[request.param] | key}
    return caches["default"]


def test_a_removed_commune_s_entries_are_gone_and_no_other_s(cache: Any, gera: Any, wurzen: Any) -> None:
    for commune in (gera, wurzen):
        with commune_scope(commune):
            for number in range(20):
                cache.set(f"page-{number}", commune.slug, None)
            cache.add("added", 1)
            assert cache.get("added") == 1
    forget_entries("ger")
    with commune_scope(gera):
        assert cache.get("page-1") == "gera"
    forget_entries(gera.schema)
    forget_entries(gera.schema)
    with commune_scope(gera):
        assert [cache.get(f"page-{number}") for number in range(20)] == [None] * 20
    with commune_scope(wurzen):
        assert [cache.get(f"page-{number}") for number in range(20)] == ["wurzen"] * 20
        cache.set("page-1", "again")
        assert cache.get("page-1") == "again"


@pytest.mark.parametrize("cache", ["files", "memory"], indirect=True)
def test_clearing_and_culling_still_work(cache: Any, gera: Any) -> None:
    cache._max_entries = 10
    with commune_scope(gera):
        for number in range(40):
            cache.set(f"page-{number}", number)
        assert sum(cache.get(f"page-{number}") is not None for number in range(40)) <= 11
        cache.clear()
        assert [cache.get(f"page-{number}") for number in range(40)] == [None] * 40


def test_other_processes_forget_what_is_in_their_memory(cache: Any, gera: Any) -> None:
    from django.core.cache.backends.locmem import LocMemCache

    with commune_scope(gera):
        cache.set("page", "x")
    forget_removed(gera.schema)
    with commune_scope(gera):
        assert (cache.get("page") is None) is isinstance(cache, LocMemCache)
