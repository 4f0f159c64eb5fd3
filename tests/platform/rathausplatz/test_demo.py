"""The demo's processes end together, however it ends, and a folder has one demo at a time."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from rathausplatz.demo.folder import PROCESSES, DemoFolder, StillRunningError

from tests.servers.running import ROOT, lives, wait_until

# a child of the demo with a child of its own, as web server and workers have
CHILD = """
import os, sys, time
from rathausplatz.orphans import VARIABLE, end_with, named_parent
end_with(named_parent())
if (pid := os.fork()) == 0:
    end_with(os.getppid(), at_once=True)
    time.sleep(600)
open(sys.argv[1], "a").write(f"{os.getpid()} {pid}\\n")
time.sleep(600)
"""
SUPERVISE = """
import sys
from rathausplatz.demo.supervisor import Supervisor
supervisor = Supervisor()
supervisor.catch_signals()
supervisor.start("Child", [sys.executable, "-c", sys.argv[1], sys.argv[2], "rathausplatz"])
try:
    sys.exit(supervisor.watch())
finally:
    supervisor.end_all()
"""
HOLD = """
import sys, time
from pathlib import Path
from rathausplatz.demo.folder import DemoFolder
folder = DemoFolder.take(Path(sys.argv[1]), 8000)
print("held", flush=True)
time.sleep(600)
"""
ENVIRON = os.environ | {"PYTHONPATH": f"{ROOT}:{ROOT / 'platform'}"}


def started(code: str, *words: str, **options: object) -> subprocess.Popen[bytes]:
    """A process of ours in a session of its own."""
    return subprocess.Popen(  # type: ignore[call-overload]
        [sys.executable, "-c", code, *words], cwd=ROOT, env=ENVIRON, start_new_session=True, **options
    )


@contextmanager
def supervised(folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A supervisor of one child."""
    supervisor = started(SUPERVISE, CHILD, str(folder / "pids"), stderr=subprocess.PIPE)
    try:
        wait_until(lambda: family(folder), what="the child has begun")
        yield supervisor
    finally:
        supervisor.kill()
        supervisor.communicate()


def family(folder: Path, start: int = 1) -> list[int]:
    """The child of the nth start and its own child."""
    path = folder / "pids"
    lines = path.read_text().splitlines() if path.exists() else []
    return [int(pid) for pid in lines[start - 1].split()] if len(lines) >= start else []


def are_gone(pids: list[int]) -> bool:
    return not any(map(lives, pids))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_request_to_end_ends_all_within_three_seconds_and_without_a_traceback(tmp_path: Path, number: int) -> None:
    with supervised(tmp_path) as supervisor:
        began = time.monotonic()
        supervisor.send_signal(number)
        _out, said = supervisor.communicate(timeout=60)
        assert supervisor.returncode == 0
        assert time.monotonic() - began < 3
        assert b"Traceback" not in said
        wait_until(lambda: are_gone(family(tmp_path)), what="the children are gone", seconds=10)


def test_a_killed_supervisor_takes_all_with_it(tmp_path: Path) -> None:
    with supervised(tmp_path) as supervisor:
        supervisor.kill()
        wait_until(lambda: are_gone(family(tmp_path)), what="the children are gone", seconds=10)


def test_a_killed_child_is_started_again_and_leaves_nothing(tmp_path: Path) -> None:
    with supervised(tmp_path) as supervisor:
        first = family(tmp_path)
        os.kill(first[0], signal.SIGKILL)
        wait_until(lambda: family(tmp_path, start=2), what="it was started again")
        assert are_gone(first)
        supervisor.send_signal(signal.SIGINT)
        assert b"Child ended unexpectedly (code -9) and is started again." in supervisor.communicate(timeout=60)[1]


def test_a_second_demo_of_a_folder_is_told_of_the_first(tmp_path: Path) -> None:
    first = started(HOLD, str(tmp_path), stdout=subprocess.PIPE)
    assert first.stdout is not None
    assert first.stdout.readline() == b"held\n"
    with pytest.raises(
        StillRunningError, match=rf"still runs \(pid {first.pid}, http://localhost:8000\)\. End it with"
    ):
        DemoFolder.take(tmp_path, 8010)
    cleaning = [sys.executable, "infra/cleaning.py", str(tmp_path)]
    refused = subprocess.run(cleaning, cwd=ROOT, capture_output=True, text=True)
    assert (refused.returncode, tmp_path.exists()) == (2, True)
    assert f"is in use by the demo that runs as process {first.pid}, and nothing is removed" in refused.stderr

    first.kill()
    first.communicate()
    os.close(DemoFolder.take(tmp_path, 8010).lock)
    assert subprocess.run(cleaning, cwd=ROOT).returncode == 0
    assert not tmp_path.exists()


def test_what_a_killed_demo_left_and_that_hangs_is_ended_by_the_next(tmp_path: Path) -> None:
    hung = started("import time; time.sleep(600)", "rathausplatz")
    stranger = started("import time; time.sleep(600)")
    (tmp_path / PROCESSES).write_text(json.dumps([hung.pid, stranger.pid, 2**22 - 1]))
    os.close(DemoFolder.take(tmp_path, 8010).lock)
    assert hung.wait(timeout=30) == -signal.SIGKILL
    assert stranger.poll() is None
    stranger.kill()
    stranger.wait()


def test_ctrl_c_during_the_preparation_ends_with_a_sentence(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent, socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
        free.close()
        database = f"postgresql://town@127.0.0.1:{silent.getsockname()[1]}/town"
        demo = subprocess.Popen(
            [sys.executable, str(ROOT / "manage.py"), "demo", "--port", port],
            cwd=ROOT,
            env=ENVIRON | {"DATABASE_URL": database, "RATHAUSPLATZ_DATA": str(tmp_path)},
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        # it has connected, and nothing answers: it is in the middle of its preparation
        with silent.accept()[0]:
            demo.send_signal(signal.SIGINT)
            said = demo.communicate(timeout=60)[1].decode()
    assert demo.returncode == 130, said
    assert said.strip() == "Abgebrochen. Der nächste Start macht weiter."
