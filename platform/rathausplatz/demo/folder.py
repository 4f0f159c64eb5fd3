"""One demo for one data folder: who runs it, and what an earlier one left behind."""

from __future__ import annotations

import fcntl
import json
import os
import signal
import subprocess
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from rathausplatz.whole_files import write_whole

LOCK, PROCESSES = "demo.lock", "demo.processes"
GONE_WITHIN = 5.0


class StillRunningError(Exception):
    """Another demo uses this folder; the text says what to do."""


@dataclass(frozen=True, slots=True)
class DemoFolder:
    """The data folder of a demo, held by this process as long as it lives."""

    path: Path
    lock: int

    @classmethod
    def take(cls, path: Path, port: int) -> DemoFolder:
        """Hold the folder. Raises StillRunningError while another demo does; ends what a dead one left."""
        path.mkdir(parents=True, exist_ok=True)
        lock = os.open(path / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            said = os.read(lock, 100).decode(errors="replace").split()
            os.close(lock)
            pid, its_port = said if len(said) == 2 else ("?", "?")
            raise StillRunningError(
                f"The demo of this folder still runs (pid {pid}, http://localhost:{its_port}). End it with Ctrl-C in "
                f"its window or with `kill {pid}`, or choose another folder: make demo DATA=.data2 PORT={port + 1}"
            ) from None
        os.ftruncate(lock, 0)
        os.pwrite(lock, f"{os.getpid()} {port}\n".encode(), 0)
        folder = cls(path, lock)
        folder.end_orphans()
        return folder

    def note_processes(self, pids: list[int]) -> None:
        """Remember what was started, for whoever finds it without us."""
        with suppress(OSError):
            write_whole(self.path / PROCESSES, json.dumps(pids))

    def end_orphans(self) -> None:
        """End processes of a demo that was killed and couldn't end them itself.

        They see to it themselves within a second; who hangs is killed.
        """
        deadline = time.monotonic() + GONE_WITHIN
        left = [pid for pid in self._noted() if _is_ours(pid)]
        while left and time.monotonic() < deadline:
            time.sleep(0.1)
            left = [pid for pid in left if _is_ours(pid)]
        for pid in left:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(pid, signal.SIGKILL)
        (self.path / PROCESSES).unlink(missing_ok=True)

    def _noted(self) -> list[int]:
        try:
            return [int(pid) for pid in json.loads((self.path / PROCESSES).read_text())]
        except (OSError, ValueError, TypeError):
            return []


def _is_ours(pid: int) -> bool:
    """Whether a process of this number is one of the platform's, and not another that got the number since."""
    asked = ["ps", "-ww", "-o", "stat=", "-o", "command=", "-p", str(pid)]
    done = subprocess.run(asked, capture_output=True, text=True, check=False)  # noqa: S603
    return "rathausplatz" in done.stdout and not done.stdout.startswith("Z")
