"""Which lane a task takes: few of each commune in the short one, the rest in the long one."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache

from services.cases.tasks import sweep_commune
from tenants.communes.lanes import (
    BULK,
    COMMUNES,
    DELIVERED_AT_MOST,
    OWNER,
    PLATFORM,
    STANDING_AT_MOST,
    enter_lane,
    is_delivered_too_often,
    leave_lane,
)
from tenants.communes.provisioning.tasks import provision
from tenants.communes.scope import commune_scope
from tenants.communes.tasks import send_to_every_commune


@pytest.fixture(autouse=True)
def _nobody_stands_anywhere() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def sent() -> Iterator[Any]:
    """The lanes of the messages that were sent since the test began, in no order."""
    folder = Path(settings.CELERY_BROKER_TRANSPORT_OPTIONS["data_folder_out"])
    before = set(folder.glob("*.msg"))
    yield lambda: sorted(path.name.split(".")[1] for path in set(folder.glob("*.msg")) - before)
    for path in set(folder.glob("*.msg")) - before:
        path.unlink()


def test_a_few_tasks_take_the_short_lane_and_more_the_long_one() -> None:
    lanes = [enter_lane("gera") for _number in range(STANDING_AT_MOST + 3)]
    assert lanes == [COMMUNES] * STANDING_AT_MOST + [BULK] * 3


def test_each_task_that_begins_makes_room_for_one() -> None:
    for _number in range(STANDING_AT_MOST):
        enter_lane("gera")
    leave_lane("gera")
    assert [enter_lane("gera"), enter_lane("gera")] == [COMMUNES, BULK]


def test_one_commune_takes_no_place_of_another(gera: Any, wurzen: Any) -> None:
    for _number in range(STANDING_AT_MOST + 1):
        enter_lane("gera")
    with commune_scope(wurzen):
        assert enter_lane("wurzen") == COMMUNES
        assert enter_lane("gera") == BULK


def test_a_count_that_expired_does_no_harm() -> None:
    enter_lane("gera")
    cache.clear()
    leave_lane("gera")
    lanes = [enter_lane("gera") for _number in range(STANDING_AT_MOST + 1)]
    assert lanes == [COMMUNES] * STANDING_AT_MOST + [BULK]


def test_a_task_is_given_up_after_its_worker_died_so_often() -> None:
    task = str(uuid.uuid4())
    again = [is_delivered_too_often(task) for _time in range(DELIVERED_AT_MOST)]
    assert again == [False] * (DELIVERED_AT_MOST - 1) + [True]


def test_each_kind_of_task_is_sent_where_it_is_served(gera: Any, sent: Any) -> None:
    sweep_commune.delay(schema="gera")
    provision.delay(run_id="none")
    rounds = send_to_every_commune(sweep_commune)
    assert sent() == sorted([COMMUNES, OWNER] + [PLATFORM] * rounds)
    assert rounds >= 2


def test_a_retry_takes_its_place_like_any_other(gera: Any, sent: Any) -> None:
    for _number in range(STANDING_AT_MOST):
        enter_lane("gera")
    sweep_commune.apply_async(kwargs={"schema": "gera"}, exchange="elsewhere", routing_key="elsewhere", countdown=60)
    assert sent() == [BULK]
