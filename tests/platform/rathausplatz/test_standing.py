"""When a worker is started again, and when it is left alone; and what sending does without a broker."""

from __future__ import annotations

import time

import pytest
from kombu.exceptions import OperationalError
from prometheus_client import REGISTRY
from rathausplatz.background import sending, standing
from rathausplatz.background.reports import Report
from rathausplatz.background.sending import PatientCelery
from rathausplatz.background.standing import BEGINS_WITHIN, OVERDUE, SILENT, STANDS, Judge

from tests.servers.running import free_port

IDLE, FULL = Report(begun=3, busy=0, room=2), Report(begun=3, busy=2, room=2)


class Clock:
    """Goes on when it is told to."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 1000.0
        monkeypatch.setattr(standing, "monotonic", lambda: self.now)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


def after(judge: Judge, clock: Clock, report: Report, waiting: int | None, *, seconds: int = 70) -> str:
    """What is thought of a worker that has said the same for so long."""
    for _second in range(seconds):
        clock.now += 1
        judge.hear(report)
        judge.hear_of_queues(waiting)
    return judge.verdict()


def test_a_worker_that_has_room_and_takes_nothing_is_started_again(clock: Clock) -> None:
    assert after(Judge(patience=60), clock, IDLE, 1) == STANDS


def test_a_worker_that_reports_nothing_is_started_again(clock: Clock) -> None:
    judge = Judge(patience=60)
    judge.hear(IDLE)
    clock.now += 61
    assert judge.verdict() == SILENT


def test_a_worker_that_begins_has_longer(clock: Clock) -> None:
    judge = Judge(patience=60)
    clock.now += BEGINS_WITHIN - 1
    assert judge.verdict() == ""
    clock.now += 2
    assert judge.verdict() == SILENT


@pytest.mark.parametrize(
    ("report", "waiting"),
    [pytest.param(FULL, 900, id="busy"), pytest.param(IDLE, 0, id="idle"), pytest.param(IDLE, None, id="no broker")],
)
def test_a_worker_that_does_what_it_can_is_left_alone(clock: Clock, report: Report, waiting: int | None) -> None:
    assert after(Judge(patience=60), clock, report, waiting) == ""


def test_a_worker_that_begins_a_task_now_and_then_is_left_alone(clock: Clock) -> None:
    judge = Judge(patience=60)
    for begun in range(10):
        assert after(judge, clock, Report(begun=begun, busy=1, room=2), 900, seconds=50) == ""


def test_a_task_that_nobody_ends_is_ended_with_its_worker(clock: Clock) -> None:
    judge = Judge(patience=60)
    judge.hear(Report(begun=1, busy=1, room=1, overdue=True))
    assert judge.verdict() == OVERDUE


@pytest.fixture
def app_without_broker() -> PatientCelery:
    url = f"amqp://guest:guest@127.0.0.1:{free_port()}//"
    return PatientCelery("without", broker=url, set_as_current=False, task_publish_retry=False)


def test_sending_without_a_broker_is_counted_raises_nothing_and_leaves_it_alone(
    app_without_broker: PatientCelery, monkeypatch: pytest.MonkeyPatch
) -> None:
    labels = {"task": "tests.note"}
    before = REGISTRY.get_sample_value("rathausplatz_tasks_not_sent_total", labels) or 0
    assert app_without_broker.send_task("tests.note") is None
    began = time.monotonic()
    for _time in range(50):
        app_without_broker.send_task("tests.note")
    assert time.monotonic() - began < sending.ANSWER_WITHIN
    assert REGISTRY.get_sample_value("rathausplatz_tasks_not_sent_total", labels) == before + 51


def test_a_retry_and_the_schedule_are_told_that_nothing_was_sent(app_without_broker: PatientCelery) -> None:
    with pytest.raises(OperationalError):
        app_without_broker.send_task("tests.note", retries=1)
    with pytest.raises(sending.BROKER_ERRORS):
        app_without_broker.send_or_raise("tests.note")
