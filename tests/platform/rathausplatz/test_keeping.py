"""A worker that stands still is set going again, and a broker that is away holds nobody up."""

from __future__ import annotations

import os
import shutil
import signal
from pathlib import Path
from time import monotonic

import pytest

from tests.servers.running import Server, children_of, lives, wait_until
from tests.servers.workplace import BUSY, Workplace

pytestmark = [pytest.mark.xdist_group("queues"), pytest.mark.patient]
# seconds that a worker may stand still here; long enough for a busy machine to begin a task
PATIENCE = 8


def note(workplace: Workplace, number: int) -> None:
    """Send a task and wait until it has been done."""
    workplace.send(f"note.delay(schema={BUSY!r}, number={number})")
    workplace.wait_for_entries(BUSY, str(number), count=1)


def note_again_and_again(workplace: Workplace, number: int) -> None:
    """Send a task each second, as the schedule does, until one has been done.

    What a worker had asked for when it was killed is lost with Redis, and what a broker can't be given isn't sent.
    """
    sent_at = [float("-inf")]

    def is_done() -> bool:
        if monotonic() > sent_at[0] + 1:
            workplace.send(f"note.delay(schema={BUSY!r}, number={number})")
            sent_at[0] = monotonic()
        return bool(workplace.entries(BUSY, str(number)))

    wait_until(is_done, what=f"tasks are done again\n{workplace.said('worker')}", seconds=120)


def scratch(workplace: Workplace) -> set[str]:
    """The temporary folders of processes, by the number of the process."""
    return {path.name.partition("-")[0] for path in (workplace.data / "tmp").iterdir() if path.is_dir()}


def test_a_worker_goes_on_whatever_is_killed_or_stopped_in_it(workplace: Workplace) -> None:
    workplace.environ["WORKER_PATIENCE"] = str(PATIENCE)
    workplace.start_worker(tasks_at_once=2)
    log = workplace.data / "worker.log"
    for number in range(3):
        note(workplace, number)
        os.kill(workplace.pool(size=2)[0], signal.SIGKILL)
    note(workplace, 10)

    for child in workplace.pool(size=2):
        os.kill(child, signal.SIGSTOP)
    note(workplace, 11)
    assert "worker.child_ended" in log.read_text()

    os.kill(workplace.at_work(), signal.SIGKILL)
    note_again_and_again(workplace, 12)
    os.kill(workplace.at_work(), signal.SIGSTOP)
    note_again_and_again(workplace, 13)
    assert log.read_text().count("process.started_again") >= 2

    keeper, at_work, pool = workplace.children["worker"].pid, workplace.at_work(), workplace.pool(size=2)
    wait_until(lambda: scratch(workplace) == {str(at_work), *map(str, pool)}, what=f"{scratch(workplace)}: no dead")
    os.kill(keeper, signal.SIGKILL)
    wait_until(lambda: not any(map(lives, (at_work, *pool))), what="all have ended with the keeper", seconds=30)


@pytest.mark.parametrize("workplace", ["redis", "rabbitmq"], indirect=True)
def test_a_broker_that_hangs_holds_nobody_up(workplace: Workplace, request: pytest.FixtureRequest) -> None:
    kind = "redis" if workplace.environ["CELERY_BROKER_URL"].startswith("redis") else "rabbitmq"
    broker: Server = request.getfixturevalue(f"{kind}_broker")
    workplace.start_worker()
    note(workplace, 0)
    at_work = workplace.at_work()
    with broker.hanging():
        first = workplace.send(f"note.delay(schema={BUSY!r}, number=1)")
        second = workplace.send(f"for _ in range(20): note.delay(schema={BUSY!r}, number=1)")
    # at rest 0.6 s to 1.9 s; without bounds it would be as long as the broker hangs
    assert first < 10
    assert second < 1
    assert "task.not_sent" in (workplace.data / "sender.log").read_text()
    note_again_and_again(workplace, 2)
    assert workplace.at_work() == at_work


@pytest.mark.parametrize("workplace", ["filesystem"], indirect=True)
def test_the_folder_of_messages_may_vanish_and_come_back(workplace: Workplace) -> None:
    folder = Path(workplace.data / "broker")
    workplace.start_worker()
    note(workplace, 0)
    at_work = workplace.at_work()
    shutil.rmtree(folder)
    note(workplace, 1)

    shutil.rmtree(folder)
    folder.write_text("in the way, as a disk would be that is full or read-only")
    workplace.send(f"note.delay(schema={BUSY!r}, number=2)")
    assert "task.not_sent" in (workplace.data / "sender.log").read_text()
    folder.unlink()
    note_again_and_again(workplace, 3)
    assert workplace.at_work() == at_work
    assert children_of(at_work)
