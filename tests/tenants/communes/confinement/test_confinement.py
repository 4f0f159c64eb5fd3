"""A parser runs beside us on a budget: what goes over it ends there, and nobody waits for it without end."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from subprocess import PIPE
from typing import Any

import pytest

from tenants.communes.confinement import running
from tenants.communes.confinement.budget import MEBIBYTE, Budget, Refused
from tenants.communes.confinement.faults import TooBusy, TooCostly, TooLarge, Unreadable
from tenants.communes.confinement.running import confined, stop_spares
from tenants.communes.confinement.turns import name_of, turn_on_this_machine
from tenants.communes.confinement.waiting import WaitingRoom
from tenants.communes.scope import commune_scope
from tests.servers.running import wait_until
from tests.tenants.communes.confinement import jobs

SMALL = Budget(bytes_in=1000, bytes_out=MEBIBYTE, seconds=1, memory=64 * MEBIBYTE, patience=60)


@pytest.fixture(autouse=True)
def _no_spares() -> Iterator[None]:
    yield
    stop_spares()


def test_values_and_bytes_come_back() -> None:
    assert confined(jobs.turn, b"\x00abc", SMALL) == b"cba\x00"
    assert confined(jobs.count, "ää".encode(), SMALL, sign="ä") == {"count": 2, "sign": "ä"}


def test_a_refusal_comes_back_as_it_was_said() -> None:
    with pytest.raises(Refused) as refused:
        confined(jobs.refuse, b"svg", SMALL)
    assert (refused.value.code, refused.value.details) == ("no-image", {"part": "svg"})


def test_a_parser_stands_back_for_pages() -> None:
    assert confined(jobs.niceness, b"", SMALL) == 19


def test_content_over_the_budget_is_not_even_sent() -> None:
    with pytest.raises(TooLarge):
        confined(jobs.turn, b"x" * 1001, SMALL)


@pytest.mark.parametrize("job", [jobs.spin, jobs.swell, jobs.crash])
def test_what_takes_too_much_time_or_memory_is_ended(job: Any) -> None:
    with pytest.raises(TooCostly):
        confined(job, b"", SMALL)
    assert confined(jobs.turn, b"ab", SMALL) == b"ba"


def test_what_does_not_answer_is_ended() -> None:
    with pytest.raises(TooCostly):
        confined(jobs.sleep, b"", replace(SMALL, patience=3.0))


@pytest.mark.parametrize("job", [jobs.fall, jobs.babble])
def test_what_falls_over_or_says_too_much_is_unreadable(job: Any) -> None:
    with pytest.raises(Unreadable):
        confined(job, b"", SMALL)


def test_no_file_grows_beyond_the_budget(tmp_path: Path) -> None:
    with pytest.raises(Unreadable):
        confined(jobs.write, str(tmp_path / "grown").encode(), SMALL)
    assert (tmp_path / "grown").stat().st_size <= MEBIBYTE


def test_a_child_knows_neither_django_nor_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "geheim")
    monkeypatch.setenv("DATABASE_URL", "postgresql://geheim")
    around = confined(jobs.surroundings, b"", SMALL)
    assert around["django"] is False
    assert {"SECRET_KEY", "DATABASE_URL"}.isdisjoint(around["environment"])


def test_a_spare_that_ended_is_replaced() -> None:
    assert confined(jobs.turn, b"ab", SMALL) == b"ba"
    spare = running._spares.children[jobs.__name__]
    spare.process.kill()
    spare.process.wait()
    assert confined(jobs.turn, b"ab", SMALL) == b"ba"


def test_every_job_has_a_child_of_its_own_and_none_is_left() -> None:
    children = []
    for _job in range(3):
        confined(jobs.turn, b"ab", SMALL)
        children.append(running._spares.children[jobs.__name__].process)
    assert len({child.pid for child in children}) == 3
    assert [child.poll() is None for child in children] == [False, False, True]


def test_one_subject_has_one_place_and_one_more_waits() -> None:
    room = WaitingRoom(places=2, waiting=1, patience=30)
    inside, leave, entered = threading.Event(), threading.Event(), threading.Event()

    def work() -> None:
        with room.place("gera"):
            inside.set()
            leave.wait()

    def wait() -> None:
        with room.place("gera"):
            entered.set()

    first, second = threading.Thread(target=work), threading.Thread(target=wait)
    first.start()
    inside.wait()
    second.start()
    wait_until(lambda: room._waiting == 1, what="the second waits")
    with pytest.raises(TooBusy), room.place("gera"):
        pass
    with room.place("wurzen"):
        assert not entered.is_set()
    leave.set()
    first.join()
    second.join()
    assert entered.is_set()


def test_a_wait_ends() -> None:
    room = WaitingRoom(places=1, waiting=1, patience=0.01)
    with room.place("gera"), pytest.raises(TooBusy, match="zu viele Dateien"), room.place("wurzen"):
        pass
    with room.place("wurzen"):
        pass


def test_a_commune_has_one_parser_on_the_machine_whichever_process_is_asked(in_gera: Any, wurzen: Any) -> None:
    code = (
        "import socket, sys; held = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)\n"
        "held.bind(bytes.fromhex(sys.argv[1])); print('held', flush=True); sys.stdin.readline()"
    )
    command = [sys.executable, "-c", code, name_of("gera").hex()]
    other = subprocess.Popen(command, stdin=PIPE, stdout=PIPE, text=True)
    with other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        with pytest.raises(TooBusy), turn_on_this_machine("gera", patience=0.2):
            pytest.fail("two at once")
        with commune_scope(wurzen):
            assert confined(jobs.turn, b"ab", SMALL) == b"ba"
        other.kill()
    assert confined(jobs.turn, b"ab", SMALL) == b"ba"
