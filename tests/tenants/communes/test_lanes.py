"""Which lane a task takes: few of each commune in the short one, the rest in the long one."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from rathausplatz.settings.worker import broker_options, owner_broker_options

from services.cases.tasks import sweep_commune
from tenants.communes.archives.tasks import archive_one
from tenants.communes.counters import forget_all_counts
from tenants.communes.lanes import (
    ARCHIVES,
    BULK,
    COMMUNES,
    DELIVERED_AT_MOST,
    OWNER,
    OWNER_TIME_LIMIT,
    PLATFORM,
    STANDING_AT_MOST,
    enter_lane,
    is_delivered_too_often,
    leave_lane,
)
from tenants.communes.provisioning.tasks import provision
from tenants.communes.scope import commune_scope
from tenants.communes.tasks import send_to_every_commune

pytestmark = pytest.mark.usefixtures("database")


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
    forget_all_counts()
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
    archive_one.delay(commune_id=0, proof=False)
    rounds = send_to_every_commune(sweep_commune)
    assert sent() == sorted([COMMUNES, OWNER, ARCHIVES] + [PLATFORM] * rounds)
    assert rounds >= 2


def test_a_retry_takes_its_place_like_any_other(gera: Any, sent: Any) -> None:
    for _number in range(STANDING_AT_MOST):
        enter_lane("gera")
    sweep_commune.apply_async(kwargs={"schema": "gera"}, exchange="elsewhere", routing_key="elsewhere", countdown=60)
    assert sent() == [BULK]


@pytest.mark.parametrize(
    ("words", "had"), [(["--queues", "owner"], "communes"), (["--owner", "--queues", "bulk"], "owner")]
)
def test_a_worker_serves_the_lanes_of_its_login_only(words: list[str], had: str) -> None:
    with pytest.raises(CommandError, match=f"No queue .* for this worker; it has {had},"):
        call_command("worker", *words)


def test_what_the_owner_holds_on_redis_is_kept_apart_and_for_longer_than_its_longest_task() -> None:
    own, others = owner_broker_options("redis://a"), broker_options("redis://a")
    assert own["visibility_timeout"] > OWNER_TIME_LIMIT > others["visibility_timeout"]
    kept = ("unacked_key", "unacked_index_key", "unacked_mutex_key")
    assert all(own[name] not in ("unacked", "unacked_index", "unacked_mutex") and name not in others for name in kept)
    assert owner_broker_options("amqp://a") == owner_broker_options("filesystem://") == {}
