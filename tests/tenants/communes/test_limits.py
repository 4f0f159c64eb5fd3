"""How often one may try: per visitor, per commune, per window."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from django.core.cache import cache

from tenants.communes.limits import Limit, is_exceeded
from tenants.communes.scope import commune_scope

TWICE = Limit("test.twice", times=2, seconds=3600)


def test_the_try_beyond_the_limit_is_refused_for_this_visitor_alone(in_gera: Any, one_window: None) -> None:
    cache.clear()
    assert [is_exceeded(TWICE, "192.0.2.1") for _try in range(3)] == [False, False, True]
    assert not is_exceeded(TWICE, "192.0.2.2")


def test_tries_in_one_commune_do_not_count_in_another(gera: Any, wurzen: Any, one_window: None) -> None:
    cache.clear()
    with commune_scope(gera):
        assert [is_exceeded(TWICE, "192.0.2.3") for _try in range(3)] == [False, False, True]
    with commune_scope(wurzen):
        assert not is_exceeded(TWICE, "192.0.2.3")


def test_a_new_window_begins_with_a_new_count_however_often_one_tried(in_gera: Any, monkeypatch: Any) -> None:
    cache.clear()
    monkeypatch.setattr("tenants.communes.limits.time", SimpleNamespace(time=lambda: 7200.0))
    assert [is_exceeded(TWICE, "192.0.2.4") for _try in range(9)][-1]
    monkeypatch.setattr("tenants.communes.limits.time", SimpleNamespace(time=lambda: 10800.0))
    assert not is_exceeded(TWICE, "192.0.2.4")
