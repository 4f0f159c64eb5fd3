"""Journeys: Chromium, a running platform and a mail server. Nothing of ours is replaced."""

from __future__ import annotations

import os
import shutil
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright

from infra.testing.browser import find_browser
from tests.conftest import copy_database, database_url, drop_database
from tests.journeys.mailbox import Mailbox
from tests.journeys.running import RunningPlatform
from tests.journeys.visitor import PHONE, Visitor
from tests.settings import APP_LOGIN, OWNER_LOGIN, TEST_DATA

HERE = Path(__file__).parent
FLAGS = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"]
PATIENCE = 20_000


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All journeys share one platform, so one worker runs them."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.xdist_group("journeys"))
            item.add_marker(pytest.mark.journey)


@pytest.fixture(scope="session")
def mailbox() -> Iterator[Mailbox]:
    """What the platform sends."""
    box = Mailbox()
    box.start()
    yield box
    box.stop()


@pytest.fixture(scope="session")
def journey_database(postgres_url: str, migrated_database: str) -> Iterator[str]:
    """The name of a database for the running platform, gone afterwards."""
    name = f"rp_journey_{uuid.uuid4().hex[:10]}"
    copy_database(postgres_url, migrated_database, name)
    yield name
    drop_database(postgres_url, name)


@pytest.fixture(scope="session")
def platform(postgres_url: str, journey_database: str, mailbox: Mailbox) -> Iterator[RunningPlatform]:
    """The platform with the demo's three communes, running."""
    data = TEST_DATA / f"journeys-{uuid.uuid4().hex[:8]}"
    data.mkdir(parents=True)
    app, owner = (database_url(postgres_url, journey_database, login) for login in (APP_LOGIN, OWNER_LOGIN))
    running = RunningPlatform(data=data, app_url=app, owner_url=owner, mail_port=mailbox.port)
    try:
        running.prepare()
        running.start()
        yield running
    finally:
        running.stop()
        shutil.rmtree(data, ignore_errors=True)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for all journeys."""
    # Playwright keeps an event loop in this thread, which Django would otherwise take for async code
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=str(find_browser()), args=FLAGS)
        yield chromium
        chromium.close()
    if before is None:
        os.environ.pop("DJANGO_ALLOW_ASYNC_UNSAFE")


Invite = Callable[..., Visitor]


@pytest.fixture
def invite(browser: Browser, platform: RunningPlatform) -> Iterator[Invite]:
    """Invite visitors: `invite(viewport=DESK, java_script_enabled=False, color_scheme="dark")`.

    Afterwards none of them may have seen an error in the console, a failed request or a request to a third party.
    """
    visitors: list[Visitor] = []

    def _invite(**options: Any) -> Visitor:
        given = {"viewport": PHONE, "locale": "de-DE", "timezone_id": "Europe/Berlin", "reduced_motion": "reduce"}
        context = browser.new_context(**(given | options))
        context.set_default_timeout(PATIENCE)
        visitor = Visitor(platform, context, context.new_page())
        visitor.watch()
        visitors.append(visitor)
        return visitor

    yield _invite
    faults = [fault for visitor in visitors for fault in visitor.faults]
    for visitor in visitors:
        visitor.context.close()
    assert not faults, "\n".join(faults)
