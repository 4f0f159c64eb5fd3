"""An installation with one worker and a diary of its tasks, on a database of six communes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import uuid
from pathlib import Path

from tests.journeys.running import RunningProcesses
from tests.servers.running import ROOT, children_of, end, wait_until
from tests.settings import APP_LOGIN, OWNER_LOGIN

BUSY, OTHERS = "altenburg", ["borna", "colditz", "delitzsch", "eilenburg", "frohburg"]
ROLES = f"rpq{uuid.uuid4().hex[:6]}_"
LOGINS = {"app": APP_LOGIN, "owner": OWNER_LOGIN}
SENDER = """
import sys, time, django; django.setup()
from tests.servers.worker_tasks import *
for line in sys.stdin:
    began = time.monotonic(); exec(line); print("sent", time.monotonic() - began, flush=True)
"""


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
            for pipe in (worker.stdin, worker.stdout):
                if pipe is not None:
                    pipe.close()
        self.children.clear()

    def send(self, code: str) -> float:
        """Send tasks from a process of their own, as the web server does; returns how many seconds that took."""
        sender = self.sender()
        assert sender.stdin is not None
        assert sender.stdout is not None
        sender.stdin.write(code.encode() + b"\n")
        sender.stdin.flush()
        said = sender.stdout.readline().decode().split()
        assert said[:1] == ["sent"], f"{code}: {said}"
        return float(said[1])

    def sender(self) -> subprocess.Popen[bytes]:
        """The process that sends; the same for all that is sent."""
        if "sender" not in self.children:
            with (self.data / "sender.log").open("ab") as log:
                self.children["sender"] = subprocess.Popen(
                    [sys.executable, "-c", SENDER],
                    cwd=ROOT,
                    env=self.environ,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=log,
                    start_new_session=True,
                )
        return self.children["sender"]

    def at_work(self) -> int:
        """The process that takes the tasks: what the worker's keeper keeps."""
        wait_until(lambda: len(children_of(self.children["worker"].pid)) == 1, what=f"one\n{self.said('worker')}")
        return children_of(self.children["worker"].pid)[0]

    def pool(self, *, size: int) -> list[int]:
        """The children of the worker's pool, as soon as they are all there."""
        wait_until(lambda: len(children_of(self.at_work())) == size, what=f"{size} children\n{self.said('worker')}")
        return children_of(self.at_work())

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
