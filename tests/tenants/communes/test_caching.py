"""The cache is memory of the process: as right as the database, apart for each commune, bounded."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache, caches
from django.db import connection, transaction

from tenants.communes import caching
from tenants.communes.caching import forget_entries, memory
from tenants.communes.eras import note_change
from tenants.communes.invalidation import announce, dispatch, forget_everything, listener
from tenants.communes.scope import commune_scope, public_scope

pytestmark = pytest.mark.usefixtures("hearing")


def keep(commune: Any, **values: Any) -> None:
    with commune_scope(commune):
        cache.set_many(values)


def read_and_break_off(commune: Any, *, announcing: bool = False) -> None:
    with commune_scope(commune):
        if announcing:
            announce("pages", commune.schema)
        cache.set("page", "never")
        raise ZeroDivisionError


def kept(commune: Any, name: str) -> Any:
    with commune_scope(commune):
        return cache.get(name)


def test_what_was_read_is_kept_for_the_next_in_the_same_commune_alone(gera: Any, wurzen: Any) -> None:
    keep(gera, page="Gera")
    assert (kept(gera, "page"), kept(wurzen, "page")) == ("Gera", None)


def test_nobody_sees_a_value_before_the_work_that_read_it_has_ended(gera: Any) -> None:
    seen = []
    with commune_scope(gera):
        cache.set("page", "x")
        assert cache.get("page") == "x"
        asker = threading.Thread(target=lambda: seen.append(memory.get(f"{gera.schema}::1:page")))
        asker.start()
        asker.join()
    assert seen == [None]
    assert memory.get(f"{gera.schema}::1:page") is not None


def test_what_was_read_before_a_change_is_not_kept_after_it(gera: Any, wurzen: Any) -> None:
    with commune_scope(gera):
        cache.set("page", "old")
        dispatch("pages", gera.schema)
    assert kept(gera, "page") is None
    with commune_scope(gera):
        cache.set("page", "x")
        dispatch("pages", wurzen.schema)
    assert kept(gera, "page") == "x"


def test_a_change_for_everybody_is_one_for_each(gera: Any) -> None:
    with commune_scope(gera):
        cache.set("page", "old")
        forget_everything()
    assert kept(gera, "page") is None


@pytest.mark.parametrize("topic", ["pages", "hosts", "removed", "memories", "releases"])
def test_every_announcement_for_a_commune_drops_its_entries_and_no_other_s(gera: Any, wurzen: Any, topic: str) -> None:
    keep(gera, page="x")
    keep(wurzen, page="y")
    dispatch(topic, gera.schema)
    assert (kept(gera, "page"), kept(wurzen, "page")) == (None, "y")


def test_what_the_changing_work_reads_itself_is_seen_by_nobody_else(gera: Any) -> None:
    keep(gera, page="committed")
    with commune_scope(gera):
        assert cache.get("page") == "committed"
        note_change()
        assert cache.get("page") is None
        cache.set("page", "not yet")
        assert cache.get("page") == "not yet"
    assert kept(gera, "page") == "committed"


def test_inner_work_of_the_same_commune_is_part_of_the_outer(gera: Any) -> None:
    with commune_scope(gera):
        note_change()
        with public_scope(), commune_scope(gera):
            cache.set("page", "not yet")
    assert kept(gera, "page") is None


def test_what_was_rolled_back_or_broke_off_leaves_nothing(gera: Any) -> None:
    with commune_scope(gera):
        cache.set("page", "x")
        transaction.set_rollback(True)
    with pytest.raises(ZeroDivisionError):
        read_and_break_off(gera)
    assert kept(gera, "page") is None


def test_a_process_that_cannot_hear_keeps_nothing(gera: Any) -> None:
    listener.stop()
    keep(gera, page="x")
    assert kept(gera, "page") is None


def test_outside_of_any_scope_nothing_is_kept(gera: Any) -> None:
    cache.set("page", "x")
    assert cache.get("page") is None


def test_whoever_deletes_an_entry_says_so_to_all(gera: Any, django_capture_on_commit_callbacks: Any) -> None:
    keep(gera, page="x", other="y")
    with django_capture_on_commit_callbacks(execute=True), commune_scope(gera):
        assert cache.delete("page")
        assert not cache.delete("page")
    assert (kept(gera, "page"), kept(gera, "other")) == (None, None)


def test_changing_what_one_got_changes_it_for_nobody_else(gera: Any) -> None:
    keep(gera, page=["x"])
    kept(gera, "page").append("y")
    assert kept(gera, "page") == ["x"]


def test_entries_end_in_time_and_none_can_be_kept_for_ever(gera: Any) -> None:
    with commune_scope(gera):
        cache.set("gone", "x", 0)
        cache.set("ever", "x", None)
        assert cache.add("added", 1)
        assert not cache.add("added", 2)
        assert cache.touch("added", 60)
        assert not cache.touch("unknown")
        assert cache.get_or_set("made", lambda: 3) == 3
    assert [kept(gera, name) for name in ("gone", "ever", "added", "made")] == [None, "x", 1, 3]


def test_nobody_counts_in_it(gera: Any) -> None:
    with commune_scope(gera), pytest.raises(NotImplementedError, match=r"communes\.counters"):
        cache.incr("tries")


def test_the_pictures_cache_is_apart(gera: Any) -> None:
    with commune_scope(gera):
        caches["renditions"].set("page", "picture")
        assert cache.get("page") is None
        assert caches["renditions"].get("page") == "picture"


def test_a_removed_commune_s_entries_are_gone_and_no_other_s(gera: Any, wurzen: Any) -> None:
    keep(gera, page="x")
    keep(wurzen, page="y")
    forget_entries("ger")
    assert kept(gera, "page") == "x"
    forget_entries(gera.schema)
    forget_entries(gera.schema)
    assert (kept(gera, "page"), kept(wurzen, "page")) == (None, "y")


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(caching, "ENTRIES_OF_COMMUNE", 10)
    monkeypatch.setattr(caching, "BYTES_OF_COMMUNE", 2000)
    monkeypatch.setattr(caching, "BYTES_OF_ALL", 3000)
    yield
    memory.forget("")


def test_a_commune_that_keeps_much_pushes_out_its_own_alone(gera: Any, wurzen: Any, small: None) -> None:
    keep(wurzen, page="y")
    for number in range(40):
        keep(gera, **{f"page-{number}": number})
    assert [name for name in range(40) if kept(gera, f"page-{name}") is not None] == list(range(30, 40))
    assert kept(wurzen, "page") == "y"


def test_bytes_are_bounded_for_each_and_for_all(gera: Any, wurzen: Any, small: None) -> None:
    keep(gera, huge="x" * 2100, large="x" * 1500)
    assert (kept(gera, "huge"), len(kept(gera, "large"))) == (None, 1500)
    keep(wurzen, large="y" * 1900)
    assert (kept(gera, "large"), len(kept(wurzen, "large"))) == (None, 1900)
    assert memory.size <= 3000


def test_what_is_unused_the_longest_goes_first(gera: Any, small: None) -> None:
    keep(gera, **{f"page-{number}": number for number in range(10)})
    assert kept(gera, "page-0") == 0
    keep(gera, another=1)
    assert (kept(gera, "page-0"), kept(gera, "page-1")) == (0, None)


@pytest.mark.commits
def test_no_reader_keeps_what_another_changes_meanwhile(gera: Any) -> None:
    """Readers read and remember while a writer changes and announces: what is kept is never old."""
    truth, stop, stale = {"now": 0}, threading.Event(), []

    def read() -> None:
        while not stop.is_set():
            with commune_scope(gera):
                at_first = truth["now"]
                if (seen := cache.get("value")) is None:
                    cache.set("value", truth["now"])
                elif seen < at_first - 1:
                    stale.append((seen, at_first))
        connection.close()

    readers = [threading.Thread(target=read) for _number in range(4)]
    for reader in readers:
        reader.start()
    for number in range(1, 300):
        truth["now"] = number
        dispatch("pages", gera.schema)
        assert (kept(gera, "value") or number) == number
    stop.set()
    for reader in readers:
        reader.join()
    assert (kept(gera, "value") in (299, None), stale) == (True, [])


@pytest.mark.commits
def test_a_rollback_announces_nothing_and_keeps_nothing(gera: Any) -> None:
    keep(gera, page="x")
    with pytest.raises(ZeroDivisionError):
        read_and_break_off(gera, announcing=True)
    assert kept(gera, "page") == "x"
