"""The schedule goes on whatever the wall clock does, and tries again what could not be sent."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from celery.schedules import crontab
from django.conf import settings
from kombu.exceptions import OperationalError
from rathausplatz.background import schedule as scheduling
from rathausplatz.background.schedule import Schedule

NOON = datetime(2026, 12, 1, 12, tzinfo=UTC)


class Clocks:
    """A wall clock that can be set, and one that only goes on."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.wall, self.steady = NOON, 1000.0
        monkeypatch.setattr(scheduling, "now", lambda: self.wall)
        monkeypatch.setattr(scheduling, "monotonic", lambda: self.steady)

    def go_on(self, seconds: float) -> None:
        """Time passes."""
        self.wall, self.steady = self.wall + timedelta(seconds=seconds), self.steady + seconds


@pytest.fixture
def clocks(monkeypatch: pytest.MonkeyPatch) -> Clocks:
    return Clocks(monkeypatch)


def schedule_of(file: Path, **entries: Any) -> Schedule:
    named = {name: {"task": name, "schedule": when} for name, when in entries.items()}
    return Schedule(entries=named, file=file)


def sent_by(schedule: Schedule) -> list[str]:
    return schedule.send_due(lambda task: None)


def test_an_interval_is_sent_once_each_time_it_has_passed(tmp_path: Path, clocks: Clocks) -> None:
    schedule = schedule_of(tmp_path / "schedule.json", sweep=30.0)
    assert sent_by(schedule) == ["sweep"]
    assert sent_by(schedule) == []
    clocks.go_on(30)
    assert sent_by(schedule) == ["sweep"]


@pytest.mark.parametrize("jump", [timedelta(days=1), timedelta(days=-1), timedelta(seconds=90)])
def test_a_clock_that_jumps_and_comes_back_stops_no_interval(tmp_path: Path, clocks: Clocks, jump: timedelta) -> None:
    schedule = schedule_of(tmp_path / "schedule.json", sweep=30.0)
    sent_by(schedule)
    clocks.wall += jump
    clocks.go_on(2)
    sent_by(schedule)
    clocks.wall -= jump
    clocks.go_on(30)
    assert sent_by(schedule) == ["sweep"]
    # nor for a process that begins after it
    clocks.go_on(30)
    assert sent_by(schedule_of(tmp_path / "schedule.json", sweep=30.0)) == ["sweep"]


def test_what_was_sent_in_a_future_that_never_was_is_due_now(tmp_path: Path, clocks: Clocks) -> None:
    tomorrow = (NOON + timedelta(days=1)).isoformat()
    file = tmp_path / "schedule.json"
    file.write_text(json.dumps({"sweep": tomorrow, "purge": tomorrow}))
    schedule = schedule_of(file, sweep=30.0, purge=86400.0)
    assert sorted(sent_by(schedule)) == ["purge", "sweep"]


@pytest.mark.parametrize("jump", [timedelta(days=1), timedelta(days=-1)])
def test_the_night_comes_though_the_clock_jumped_and_at_most_once_more(
    tmp_path: Path, clocks: Clocks, jump: timedelta
) -> None:
    night = crontab(hour=1, minute=30, nowfun=lambda: clocks.wall)
    schedule = schedule_of(tmp_path / "schedule.json", nightly=night)
    sent = sent_by(schedule)
    clocks.wall += jump
    for _second in range(2):
        clocks.go_on(1)
        sent += sent_by(schedule)
    clocks.wall -= jump
    for _minute in range(24 * 60):
        clocks.go_on(60)
        sent += sent_by(schedule)
    assert 1 <= len(sent) <= 2


def test_a_restart_repeats_nothing_that_is_done_once_a_day(tmp_path: Path, clocks: Clocks) -> None:
    file = tmp_path / "schedule.json"
    assert sent_by(schedule_of(file, tidy=86400.0)) == ["tidy"]
    clocks.go_on(3600)
    assert sent_by(schedule_of(file, tidy=86400.0)) == []
    clocks.go_on(86400)
    assert sent_by(schedule_of(file, tidy=86400.0)) == ["tidy"]


@pytest.mark.parametrize("content", ["", "{", "[]", '{"sweep": 7}'])
def test_a_damaged_file_is_begun_anew(tmp_path: Path, clocks: Clocks, content: str) -> None:
    file = tmp_path / "schedule.json"
    file.write_text(content)
    assert sent_by(schedule_of(file, sweep=30.0)) == ["sweep"]
    assert json.loads(file.read_text()) == {"sweep": NOON.isoformat()}


def test_what_the_broker_does_not_take_is_sent_a_moment_later(tmp_path: Path, clocks: Clocks) -> None:
    def away(task: str) -> None:
        raise OperationalError("away")

    schedule = schedule_of(tmp_path / "schedule.json", sweep=3600.0)
    assert schedule.send_due(away) == []
    assert sent_by(schedule) == []
    clocks.go_on(scheduling.AGAIN_AFTER)
    assert sent_by(schedule) == ["sweep"]


def test_a_folder_that_can_t_be_written_stops_no_schedule(tmp_path: Path, clocks: Clocks) -> None:
    schedule = schedule_of(tmp_path / "missing" / "schedule.json", sweep=30.0)
    assert sent_by(schedule) == ["sweep"]
    clocks.go_on(30)
    assert sent_by(schedule) == ["sweep"]


def test_every_entry_names_a_task_that_exists() -> None:
    from rathausplatz.celery import app

    app.loader.import_default_modules()
    assert {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()} <= set(app.tasks)
