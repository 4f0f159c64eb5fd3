"""How often one may try: per visitor, per commune, within a time, exactly."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction
from django.test import RequestFactory

from tenants.communes.limits import Limit, address_of, begin_anew, first_exceeded, give_back, is_exceeded, try_once
from tenants.communes.models import Count
from tenants.communes.scope import commune_scope, public_scope
from tests.factories.counts import end_all_counts

TWICE = Limit("test.twice", times=2, seconds=3600)
OF_RECIPIENT = Limit("test.recipient", times=3, seconds=86400)


def test_the_try_beyond_the_limit_is_refused_for_this_visitor_alone(in_gera: Any) -> None:
    assert [is_exceeded(TWICE, "192.0.2.1") for _try in range(3)] == [False, False, True]
    assert not is_exceeded(TWICE, "192.0.2.2")


def test_tries_in_one_commune_do_not_count_in_another(gera: Any, wurzen: Any) -> None:
    with commune_scope(gera):
        assert [is_exceeded(TWICE, "192.0.2.3") for _try in range(3)] == [False, False, True]
    with commune_scope(wurzen):
        assert not is_exceeded(TWICE, "192.0.2.3")


def test_a_count_ends_some_time_after_its_first_try_however_often_one_tried(in_gera: Any) -> None:
    assert [is_exceeded(TWICE, "192.0.2.4") for _try in range(9)][-1]
    assert 3500 < try_once(TWICE, "192.0.2.4").wait <= 3600
    end_all_counts()
    assert [is_exceeded(TWICE, "192.0.2.4") for _try in range(3)] == [False, False, True]


def test_what_a_request_rolls_back_was_tried_all_the_same(in_gera: Any) -> None:
    for _try in range(2):
        with transaction.atomic():
            assert not is_exceeded(TWICE, "192.0.2.5")
            transaction.set_rollback(True)
    assert is_exceeded(TWICE, "192.0.2.5")


def test_a_visitor_who_is_refused_uses_up_nothing_that_others_share(in_gera: Any) -> None:
    tries = [(TWICE, "192.0.2.6"), (OF_RECIPIENT, "mail@example.org")]
    assert [first_exceeded(*tries) is None for _try in range(9)] == [True, True] + [False] * 7
    assert first_exceeded((TWICE, "192.0.2.7"), tries[1]) is None
    refused = first_exceeded((TWICE, "192.0.2.7"), tries[1])
    assert refused is not None
    assert 86000 < refused.wait <= 86400


def test_what_is_given_back_can_be_tried_again(in_gera: Any) -> None:
    for _try in range(2):
        is_exceeded(TWICE, "192.0.2.8")
    give_back(TWICE, "192.0.2.8")
    assert [is_exceeded(TWICE, "192.0.2.8") for _try in range(2)] == [False, True]
    begin_anew(TWICE, "192.0.2.8")
    assert not is_exceeded(TWICE, "192.0.2.8")


def test_nothing_is_kept_that_names_the_visitor(in_gera: Any) -> None:
    is_exceeded(TWICE, "someone@example.org")
    with public_scope():
        place = Count.objects.get().place
    assert place.startswith(f"{in_gera.schema}:test.twice:")
    assert "someone" not in place


@pytest.mark.parametrize(
    ("given", "counted"),
    [
        ("192.0.2.9", "192.0.2.9"),
        ("::ffff:192.0.2.9", "192.0.2.9"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:0DB8:1:2:ffff::", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
        ("unix:", "unix:"),
    ],
)
def test_visitors_are_told_apart_by_what_one_of_them_can_have(given: str, counted: str) -> None:
    assert address_of(RequestFactory().get("/", REMOTE_ADDR=given)) == counted
