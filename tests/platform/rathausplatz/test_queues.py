"""Queues on real brokers: nobody starves, nothing is lost. The worker is the one that production starts."""

from __future__ import annotations

import os
import signal
import threading

import pytest

from tenants.communes.lanes import DELIVERED_AT_MOST
from tests.servers.running import wait_until
from tests.servers.workplace import BUSY, OTHERS, Workplace

pytestmark = [pytest.mark.xdist_group("queues"), pytest.mark.patient]


def test_one_commune_with_much_to_do_makes_no_other_wait(workplace: Workplace) -> None:
    workplace.send(f"flood(schema={BUSY!r}, times=300, others={OTHERS})")
    workplace.start_worker()

    def done() -> set[tuple[str, ...]]:
        # a task may run twice: one whose worker was started again is delivered anew
        return {tuple(entry) for entry in workplace.diary()}

    wait_until(lambda: len(done()) >= 305, what=f"305 tasks ran\n{workplace.said('worker')}", seconds=300)
    order = [schema for schema, _number in workplace.diary()]
    assert max(order.index(other) for other in OTHERS) < 60
    assert sorted(int(number) for schema, number in done() if schema == BUSY) == list(range(300))


def test_what_a_killed_process_was_doing_is_done_again_but_not_for_ever(workplace: Workplace) -> None:
    of_busy = f"schema={BUSY!r}"
    # on Redis, what a worker had that died is delivered again after this time
    workplace.environ["CELERY_VISIBILITY_TIMEOUT"] = "10"
    workplace.send(f"hold.delay({of_busy}, name='first'); later.delay({of_busy}); fatal.delay({of_busy})")
    workplace.start_worker(tasks_at_once=2)
    ((*_words, pid),) = workplace.wait_for_entries("began", "first", count=1)
    os.kill(int(pid), signal.SIGKILL)
    workplace.wait_for_entries("began", "first", count=2)
    (workplace.data / "first").touch()
    workplace.wait_for_entries("ended", "first", count=1)
    workplace.wait_for_entries("attempt", "0", count=1)
    workplace.wait_for_entries("attempt", "1", count=1)
    wait_until(lambda: "task.given_up" in workplace.said("worker"), what="the fatal task is given up", seconds=300)
    # deliveries are counted; one whose worker ended, or that came late, may not have begun
    assert 1 <= len(workplace.entries("fatal")) <= DELIVERED_AT_MOST

    workplace.send(f"hold.delay({of_busy}, name='second')")
    workplace.wait_for_entries("began", "second", count=1)
    workplace.kill()
    begun = len(workplace.entries("began", "second"))
    workplace.start_worker()
    workplace.wait_for_entries("began", "second", count=begun + 1)
    (workplace.data / "second").touch()
    workplace.wait_for_entries("ended", "second", count=1)


@pytest.mark.parametrize("workplace", ["redis"], indirect=True)
def test_what_the_owners_worker_does_for_long_is_not_given_to_another(workplace: Workplace) -> None:
    """Longer than the communes' worker is patient, with one of those and a second one of the owner's looking on."""
    workplace.environ["CELERY_VISIBILITY_TIMEOUT"] = "10"
    workplace.send("hold_as_owner.delay(name='long')")
    for number in (1, 2):
        workplace.start_process(f"owner-{number}", ["worker", "--owner"])
    workplace.start_worker()
    workplace.wait_for_entries("began", "long", count=1)
    threading.Event().wait(25)
    assert len(workplace.entries("began", "long")) == 1
    (workplace.data / "long").touch()
    workplace.wait_for_entries("ended", "long", count=1)
