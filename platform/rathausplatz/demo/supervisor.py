"""Starts web server and worker, watches them, and ends everything it started."""

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
from collections.abc import Sequence
from types import FrameType

READY_WITHIN = 60.0
GRACE = 10.0


class PortError(Exception):
    """The wanted port can't be used; the text says what to do."""


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


class Supervisor:
    """A small process group: all run, or none."""

    def __init__(self) -> None:
        self.children: dict[str, subprocess.Popen[bytes]] = {}
        self.stop = threading.Event()

    def start(self, name: str, command: Sequence[str], *, without: Sequence[str] = ()) -> None:
        """Start one child in a session of its own, so that Ctrl-C reaches us alone and we end it in order.

        `without` names variables of the environment that the child doesn't get.
        """
        environ = {key: value for key, value in os.environ.items() if key not in without}
        self.children[name] = subprocess.Popen(command, env=environ, start_new_session=True)  # noqa: S603

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
        return next((name for name, child in self.children.items() if child.poll() is not None), None)

    def watch(self) -> int:
        """Stay until Ctrl-C or SIGTERM (0) or until a child ends by itself (1)."""
        while not self.stop.wait(0.5):
            if name := self.dead():
                sys.stderr.write(f"{name} ended unexpectedly (code {self.children[name].returncode}).\n")
                return 1
        return 0

    def end_all(self) -> None:
        """End every child: ask first, then insist."""
        for child in self.children.values():
            _signal_group(child, signal.SIGTERM)
        deadline = time.monotonic() + GRACE
        for child in self.children.values():
            try:
                child.wait(timeout=max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                _signal_group(child, signal.SIGKILL)
                child.wait()

    def catch_signals(self) -> None:
        """Ctrl-C and SIGTERM set `stop`."""

        def on_signal(_number: int, _frame: FrameType | None) -> None:
            self.stop.set()

        signal.signal(signal.SIGINT, on_signal)
        signal.signal(signal.SIGTERM, on_signal)


def _signal_group(child: subprocess.Popen[bytes], number: signal.Signals) -> None:
    if child.poll() is None:
        os.killpg(child.pid, number)
