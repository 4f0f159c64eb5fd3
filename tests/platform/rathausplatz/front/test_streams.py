"""Long answers come whole, are ended by who reads nothing, and hold no thread meanwhile."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.servers.http import Visitor, visit
from tests.servers.platform import ask, platform_environ
from tests.servers.running import ROOT, free_port, running, wait_until
from tests.servers.streaming_site import LINES

pytestmark = pytest.mark.patient
CONTENT = os.urandom(5_000_000)


@dataclass(frozen=True, slots=True)
class Site:
    """A running site: its port and the file that it serves."""

    port: int

    file: Path

    @property
    def closed(self) -> int:
        """How many streamed answers were told that they have ended."""
        note = Path(f"{self.file}.closed")
        return len(note.read_text()) if note.exists() else 0


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    port, file = free_port(), tmp_path / "content"
    file.write_bytes(CONTENT)
    environ = platform_environ(data=tmp_path, database_url="postgresql://nobody@127.0.0.1:1/none")
    command = [sys.executable, "-m", "tests.servers.streaming_site", str(port), str(file)]
    with running(command, log=tmp_path / "site.log", environ=environ, cwd=ROOT):
        wait_until(lambda: ask(port, "/healthz")[0] == 200, what=f"the site answers; see {tmp_path}/site.log")
        yield Site(port, file)


@pytest.mark.parametrize("path", ["/disk", "/elsewhere"])
def test_a_file_comes_whole(site: Site, path: str) -> None:
    answer = visit(site.port, path, "gera.localhost")
    assert (answer.status, answer.body == CONTENT) == (200, True)
    wait_until(lambda: site.closed == 1, what="the application hears of the end")


def test_what_is_made_part_by_part_comes_whole(site: Site) -> None:
    with Visitor(site.port) as visitor:
        visitor.send("GET", "/made", "gera.localhost", {"Connection": "close"})
        answer = visitor.read()
    assert answer.status == 200
    # chunked: sizes stand between the parts
    assert f"\n{LINES - 1}\n" in answer.text
    wait_until(lambda: site.closed == 1, what="the application hears of the end")


def test_who_reads_nothing_holds_no_thread_and_is_left_in_the_end(site: Site) -> None:
    with ExitStack() as stack:
        for path in ("/elsewhere", "/disk", "/elsewhere", "/disk", "/elsewhere", "/made"):
            slow = stack.enter_context(Visitor(site.port, small_window=True))
            slow.send("GET", path, "gera.localhost")
        assert visit(site.port, "/", "gera.localhost").body == b"ok"
        assert site.closed < 6
        wait_until(lambda: site.closed == 6, what="nobody waits for who reads nothing")


def test_granian_still_has_the_place_where_kept_pages_are_answered() -> None:
    from granian._granian import CallbackScheduler
    from granian.server import mp
    from rathausplatz.front.shortcut import Shortcut, WebServer

    assert callable(mp._new_cbscheduler)
    assert callable(WebServer._spawn_rsgi_worker)
    loop = asyncio.new_event_loop()
    try:
        assert isinstance(Shortcut.of(loop, lambda request: None), CallbackScheduler)
    finally:
        loop.close()
