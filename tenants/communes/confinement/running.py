"""Run one of our functions on content of a stranger, on the other side of the wall.

A child is a fresh interpreter, started by exec (never a fork of a process with threads and locks), and does one job.
It stands back for the web server: pages go first. One spare for each module waits with its libraries loaded, so that a
small file costs a few milliseconds.
"""

from __future__ import annotations

import base64
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import IO, Any

from tenants.communes.confinement.budget import Budget, Refused
from tenants.communes.confinement.faults import TooCostly, TooLarge, Unreadable
from tenants.communes.confinement.turns import turn_on_this_machine
from tenants.communes.confinement.waiting import WaitingRoom
from tenants.communes.scope import current_commune

CHILD = "tenants.communes.confinement.child"
# what ends a child that went over its budget; libraries abort when they get no memory
OVERSPENT = {-signal.SIGXCPU, -signal.SIGKILL, -signal.SIGABRT, -signal.SIGTRAP}
INHERITED = ("PATH", "LANG", "LC_ALL", "TZ", "TMPDIR", "FONTCONFIG_FILE", "FONTCONFIG_PATH")


@dataclass(slots=True)
class _Child:
    """A process that waits for its job, and the file it will answer into."""

    process: subprocess.Popen[bytes]
    answer: IO[bytes]

    def end(self) -> None:
        self.process.kill()
        self.process.wait()
        self.answer.close()
        if self.process.stdin:
            self.process.stdin.close()


@dataclass(slots=True)
class _Spares:
    """One waiting child for each module. It holds nothing of any commune: a child that has had a job is never kept."""

    children: dict[str, _Child] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, module: str) -> _Child:
        with self.lock:
            child = self.children.pop(module, None)
        if child is not None and child.process.poll() is None:
            return child
        if child is not None:
            child.end()
        return _start(module)

    def put(self, module: str) -> None:
        with self.lock:
            if module not in self.children:
                self.children[module] = _start(module)


_spares = _Spares()
_room = WaitingRoom()


def confined(function: Callable[..., Any], content: bytes, budget: Budget, **options: Any) -> Any:
    """`function(content, **options)` in a child process, as plain values (JSON or bytes).

    `function` stands at the top of a module that does not load Django. Raises Refused as the function did, TooLarge,
    TooCostly, Unreadable for whatever else it raised, and TooBusy.
    """
    if len(content) > budget.bytes_in:
        raise TooLarge(budget.bytes_in)
    commune = current_commune()
    subject = commune.schema if commune else ""
    with _room.place(subject), turn_on_this_machine(subject):
        child = _spares.take(function.__module__)
        try:
            answer = _ask(child, function.__name__, content, budget, options)
        finally:
            child.end()
    _spares.put(function.__module__)
    return _value(answer)


def stop_spares() -> None:
    """End the children that wait."""
    with _spares.lock:
        children, _spares.children = list(_spares.children.values()), {}
    for child in children:
        child.end()


def _start(module: str) -> _Child:
    answer = tempfile.TemporaryFile()  # noqa: SIM115  it is closed with the child
    kept = {name: os.environ[name] for name in INHERITED if name in os.environ}
    path = os.pathsep.join(part or os.getcwd() for part in sys.path)
    process = subprocess.Popen(  # noqa: S603
        [sys.executable, "-s", "-m", CHILD, module],
        stdin=subprocess.PIPE,
        stdout=answer,
        stderr=subprocess.DEVNULL,
        env={**kept, "PYTHONPATH": path, "PYTHONUTF8": "1"},
    )
    return _Child(process, answer)


def _ask(child: _Child, function: str, content: bytes, budget: Budget, options: dict[str, Any]) -> dict[str, Any]:
    job = {
        "function": function,
        "options": options,
        "length": len(content),
        "seconds": budget.seconds,
        "memory": budget.memory,
        "written": budget.bytes_out,
    }
    try:
        child.process.communicate(json.dumps(job).encode() + b"\n" + content, timeout=budget.patience)
    except subprocess.TimeoutExpired:
        raise TooCostly from None
    if child.process.returncode in OVERSPENT:
        raise TooCostly
    child.answer.seek(0)
    try:
        answer: dict[str, Any] = json.loads(child.answer.read(budget.bytes_out + 1))
    except ValueError:
        raise Unreadable from None
    return answer


def _value(answer: dict[str, Any]) -> Any:
    if "refused" in answer:
        raise Refused(answer["refused"], **answer["details"])
    if "costly" in answer:
        raise TooCostly
    if "unreadable" in answer:
        raise Unreadable
    return base64.b64decode(answer["bytes"]) if "bytes" in answer else answer["value"]


def _forget_after_fork() -> None:
    """A forked process has no children of its own yet, and must not speak to its parent's."""
    global _spares, _room
    _spares, _room = _Spares(), WaitingRoom()


os.register_at_fork(after_in_child=_forget_after_fork)
