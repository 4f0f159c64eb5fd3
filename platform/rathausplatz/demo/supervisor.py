"""Starts web server and workers, watches them, starts again what ends, and ends everything it started."""

from __future__ import annotations

import argparse
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from types import FrameType

from rathausplatz.orphans import VARIABLE

READY_WITHIN = 60.0
# seconds that the children have to end; they must be gone well within three
GRACE = 1.5
# seconds between two looks at the children, and at the part that is no child (the database)
LOOK_AFTER, PROBE_AFTER = 0.5, 2.0
# starts of one child within so many seconds that are taken for an accident; more mean that it can't run
STARTS_AT_MOST, WITHIN = 5, 60.0


class PortError(Exception):
    """The wanted port can't be used; the text says what to do."""


class Interrupted(BaseException):
    """Ctrl-C, a closed terminal or SIGTERM while nothing runs yet that would have to be ended in order."""


def port_number(text: str) -> int:
    """A TCP port from the command line. Raises argparse's error with a sentence for anything else."""
    if not text.isdigit() or not 1 <= int(text) <= 65535:
        raise argparse.ArgumentTypeError(
            f"PORT={text} is not a port. Give a number from 1 to 65535, for example: make demo PORT=8080"
        )
    return int(text)


def check_port(port: int, address: str = "127.0.0.1") -> None:
    """Raise PortError when `port` can't be bound: taken, or reserved for the administrator."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except PermissionError as error:
            raise PortError(f"Port {port} needs administrator rights. Choose one above 1023: PORT=8080") from error
        except OSError as error:
            raise PortError(
                f"Port {port} is taken by another program. End it, or choose another: make demo PORT={port + 1}"
            ) from error


@dataclass(slots=True)
class Child:
    """One process and how it is started. `starts` are the times of its latest starts."""

    command: Sequence[str]
    environ: dict[str, str]
    process: subprocess.Popen[bytes]
    starts: list[float] = field(default_factory=list)


class Supervisor:
    """A small process group: all run, or none. A child that is killed is started again."""

    def __init__(self) -> None:
        self.children: dict[str, Child] = {}
        self.stop = threading.Event()

    def start(self, name: str, command: Sequence[str], *, without: Sequence[str] = ()) -> None:
        """Start one child in a session of its own, so that Ctrl-C reaches us alone and we end it in order.

        `without` names variables of the environment that the child doesn't get. It ends by itself when we are gone.
        """
        environ = {key: value for key, value in os.environ.items() if key not in without}
        environ[VARIABLE] = str(os.getpid())
        self.children[name] = Child(command, environ, _started(command, environ), [time.monotonic()])

    def pids(self) -> list[int]:
        """The children's numbers."""
        return [child.process.pid for child in self.children.values()]

    def wait_until_ready(self, url: str, host: str) -> bool:
        """Whether `url` answers 200 before READY_WITHIN seconds have passed and while all children live."""
        request = urllib.request.Request(url, headers={"Host": host})  # noqa: S310
        deadline = time.monotonic() + READY_WITHIN
        while time.monotonic() < deadline and not self.stop.is_set() and self.dead() is None:
            try:
                with urllib.request.urlopen(request, timeout=5) as answer:  # noqa: S310
                    if answer.status == 200:
                        return True
            except (urllib.error.URLError, OSError):
                self.stop.wait(0.1)
        return False

    def dead(self) -> str | None:
        """The name of a child that has ended, if any."""
        return next((name for name, child in self.children.items() if child.process.poll() is not None), None)

    def watch(self, look_after: Callable[[], None] = lambda: None, noted: Callable[[], None] = lambda: None) -> int:
        """Stay until Ctrl-C, a closed terminal or SIGTERM (0), or until a child can't run any more (1).

        `look_after` is called every few seconds, `noted` after each new start.
        """
        probe_at = time.monotonic() + PROBE_AFTER
        while not self.stop.wait(LOOK_AFTER):
            if name := self.dead():
                if not self._start_again(name):
                    return 1
                noted()
            if time.monotonic() >= probe_at:
                look_after()
                probe_at = time.monotonic() + PROBE_AFTER
        return 0

    def _start_again(self, name: str) -> bool:
        child = self.children[name]
        child.starts = [at for at in child.starts if at > time.monotonic() - WITHIN]
        code = child.process.returncode
        if len(child.starts) >= STARTS_AT_MOST:
            say(f"{name} ended again and again (code {code}); its messages are above.\n")
            return False
        say(f"{name} ended unexpectedly (code {code}) and is started again.\n")
        # what it left in its group would hold its port
        _signal_group(child.process, signal.SIGKILL)
        self.stop.wait(1.0)
        child.process = _started(child.command, child.environ)
        child.starts.append(time.monotonic())
        return True

    def end_all(self) -> None:
        """End every child: ask first, then insist. Only the leaders are asked: each ends its own in order."""
        for child in self.children.values():
            child.process.send_signal(signal.SIGTERM)
        deadline = time.monotonic() + GRACE
        for child in self.children.values():
            with suppress(subprocess.TimeoutExpired):
                child.process.wait(timeout=max(0.1, deadline - time.monotonic()))
        for child in self.children.values():
            _signal_group(child.process, signal.SIGKILL)
            child.process.wait()

    def catch_signals(self) -> None:
        """Ctrl-C, SIGTERM and a closed terminal (SIGHUP) set `stop`."""

        def on_signal(_number: int, _frame: FrameType | None) -> None:
            self.stop.set()

        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, on_signal)


def interrupt_on_signals() -> None:
    """Until `catch_signals`, a request to end raises Interrupted wherever we are."""

    def on_signal(_number: int, _frame: FrameType | None) -> None:
        raise Interrupted

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, on_signal)


def say(text: str) -> None:
    """Tell whoever started us; a terminal that was closed can't be told."""
    with suppress(OSError):
        sys.stderr.write(text)
        sys.stderr.flush()


def _started(command: Sequence[str], environ: dict[str, str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(command, env=environ, start_new_session=True)  # noqa: S603


def _signal_group(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    """Also when the leader is dead: what it left behind still has its number."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, number)
