"""Queues on real brokers: nobody starves, nothing is lost. The worker is the one that production starts."""

from __future__ import annotations

import os
import shutil
import signal
import threading
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from tenants.communes.lanes import DELIVERED_AT_MOST
from tests.conftest import copy_database, database_url, drop_database
from tests.journeys.running import RunningProcesses
from tests.servers.rabbitmq import rabbitmq
from tests.servers.redis import redis
from tests.servers.running import end, wait_until
from tests.settings import APP_LOGIN, OWNER_LOGIN, TEST_DATA

pytestmark = pytest.mark.xdist_group("queues")
BUSY, OTHERS = "altenburg", ["borna", "colditz", "delitzsch", "eilenburg", "frohburg"]
ROLES = f"rpq{uuid.uuid4().hex[:6]}_"
LOGINS = {"app": APP_LOGIN, "owner": OWNER_LOGIN}
TASKS = "from tests.servers.worker_tasks import *; "


class Workplace(RunningProcesses):
    """An installation with one worker and a diary of its tasks."""

    def start_worker(self, *, tasks_at_once: int = 1) -> None:
        """Start the worker; it is ready when its first task is."""
        self.start_process("worker", ["worker", "--concurrency", str(tasks_at_once), "--without-schedule"])

    def kill(self) -> None:
        """End the workers and what they do, at once."""
        for worker in self.children.values():
            if worker.poll() is None:
                os.killpg(worker.pid, signal.SIGKILL)
            end(worker)

    def send(self, code: str) -> None:
        """Send tasks from a process of their own, as the web server does."""
        self.run(TASKS + code)

    def diary(self) -> list[list[str]]:
        """What tasks have written down so far."""
        path = Path(self.environ["TASK_DIARY"])
        return [line.split() for line in path.read_text().splitlines()] if path.exists() else []

    def entries(self, *beginning: str) -> list[list[str]]:
        """The lines that begin with these words."""
        return [line for line in self.diary() if tuple(line[: len(beginning)]) == beginning]

    def wait_for_entries(self, *beginning: str, count: int) -> list[list[str]]:
        """The lines that begin with these words, as soon as there are `count`."""
        what = f"{count} entries {beginning}; the worker said\n{self.said('worker')}"
        wait_until(lambda: len(self.entries(*beginning)) >= count, what=what, seconds=300)
        return self.entries(*beginning)


@pytest.fixture(scope="module")
def fleet_urls(postgres_url: str, migrated_database: str) -> Iterator[dict[str, str]]:
    """How to log in to a database with six communes, gone afterwards."""
    name = f"rp_queues_{uuid.uuid4().hex[:10]}"
    copy_database(postgres_url, migrated_database, name)
    urls = {f"{who}_url": database_url(postgres_url, name, login) for who, login in LOGINS.items()}
    data = TEST_DATA / name
    data.mkdir(parents=True)
    names = [part.capitalize() for part in (BUSY, *OTHERS)]
    make = (
        f"from tests.factories.communes import provision; [provision(f'{{x}}, Stadt', slug=x.lower()) for x in {names}]"
    )
    RunningProcesses(data=data, role_prefix=ROLES, **urls).run(make)
    yield urls
    shutil.rmtree(data, ignore_errors=True)
    drop_database(postgres_url, name, prefix=ROLES)


@pytest.fixture(scope="module")
def redis_url() -> Iterator[str]:
    with redis() as url:
        yield url


@pytest.fixture(scope="module")
def rabbitmq_url() -> Iterator[str]:
    with rabbitmq() as url:
        yield url


@pytest.fixture(params=["redis", "rabbitmq", "filesystem"])
def workplace(request: pytest.FixtureRequest, fleet_urls: dict[str, str]) -> Iterator[Workplace]:
    """An installation on each kind of broker."""
    data = TEST_DATA / f"queues-{uuid.uuid4().hex[:8]}"
    data.mkdir(parents=True)
    environ = {"DJANGO_SETTINGS_MODULE": "tests.servers.worker_settings", "TASK_DIARY": str(data / "diary")}
    if request.param != "filesystem":
        environ["CELERY_BROKER_URL"] = request.getfixturevalue(f"{request.param}_url")
    if request.param == "redis":
        environ["CACHE_URL"] = environ["CELERY_BROKER_URL"]
    place = Workplace(data=data, role_prefix=ROLES, **fleet_urls, **environ)
    yield place
    place.kill()
    shutil.rmtree(data, ignore_errors=True)


def test_one_commune_with_much_to_do_makes_no_other_wait(workplace: Workplace) -> None:
    workplace.send(f"flood(schema={BUSY!r}, times=300, others={OTHERS})")
    workplace.start_worker()
    wait_until(lambda: len(workplace.diary()) >= 305, what=f"305 tasks ran\n{workplace.said('worker')}", seconds=300)
    order = [schema for schema, _number in workplace.diary()]
    assert max(order.index(other) for other in OTHERS) < 60
    assert sorted(int(number) for schema, number in workplace.diary() if schema == BUSY) == list(range(300))


@pytest.mark.parametrize("workplace", ["redis", "rabbitmq"], indirect=True)
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
    assert len(workplace.entries("fatal")) == DELIVERED_AT_MOST

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
