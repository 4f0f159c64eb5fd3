"""Installations with a worker on each kind of broker. Tests that use them are marked `xdist_group("queues")`."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Iterator

import pytest

from tests.conftest import copy_database, database_url, drop_database
from tests.journeys.running import RunningProcesses
from tests.servers.rabbitmq import rabbitmq_server
from tests.servers.redis import redis_server
from tests.servers.running import Server
from tests.servers.workplace import BUSY, LOGINS, OTHERS, ROLES, Workplace
from tests.settings import TEST_DATA


@pytest.fixture(scope="session")
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


@pytest.fixture(scope="session")
def redis_broker() -> Iterator[Server]:
    with redis_server() as server:
        yield server


@pytest.fixture(scope="session")
def rabbitmq_broker() -> Iterator[Server]:
    with rabbitmq_server() as server:
        yield server


@pytest.fixture(params=["redis", "rabbitmq", "filesystem"])
def workplace(request: pytest.FixtureRequest, fleet_urls: dict[str, str]) -> Iterator[Workplace]:
    """An installation on each kind of broker."""
    data = TEST_DATA / f"queues-{uuid.uuid4().hex[:8]}"
    data.mkdir(parents=True)
    environ = {"DJANGO_SETTINGS_MODULE": "tests.servers.worker_settings", "TASK_DIARY": str(data / "diary")}
    if request.param != "filesystem":
        environ["CELERY_BROKER_URL"] = request.getfixturevalue(f"{request.param}_broker").url
    place = Workplace(data=data, role_prefix=ROLES, **fleet_urls, **environ)
    yield place
    place.kill()
    shutil.rmtree(data, ignore_errors=True)
