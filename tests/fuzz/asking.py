"""One who asks and looks at each answer: no 5xx, no face but ours, no more than so much work and memory.

What an answer costs is counted in seconds of processor, not on the clock: a busy machine makes every answer late, and
none of them dear. A second of a child process that somebody waited for counts as well. The most memory that the process
held while it answered comes from the kernel, which can be told to count anew (/proc/self/clear_refs).
"""

from __future__ import annotations

import ctypes
import gc
import re
import resource
import sys
import time
import traceback
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any
from urllib.parse import quote

from django.core.signals import got_request_exception
from django.db import transaction
from django.test import Client

from tests.fuzz.forms import Page
from tests.settings import ROOT

MOST_SECONDS = 2.0
# what one answer may need for a while, and what it may need for each byte that it was sent
MOST_MEMORY, A_BYTE = 64 << 20, 10
SLACK = 24 << 20
STATUS = Path("/proc/self/status")
FOREIGN_FACES = (
    "Server Error (500)",
    "Bad Request (400)",
    "CSRF verification failed",
    "<h1>Forbidden</h1>",
    "<h1>403 Forbidden</h1>",
    "<h1>Not Found</h1>",
    "DEBUG = True",
    "Traceback (most recent call last)",
    "DisallowedHost",
)
FEWEST_WORDS = 4


@dataclass(frozen=True, slots=True)
class Figures:
    """What one answer took: seconds of work, bytes of memory at its height, and how many bytes were sent for it."""

    work: float
    memory: int
    sent: int


@dataclass
class Asker:
    """A client of one role, its faults and its figures."""

    role: str
    client: Client
    faults: dict[str, list[str]] = field(default_factory=dict)
    asked: int = 0
    dearest: tuple[float, str] = (0.0, "")
    _raised: list[str] = field(default_factory=list)
    _floor: int = 0
    _said: str = ""

    def __post_init__(self) -> None:
        self.client.raise_request_exception = False
        got_request_exception.connect(self._note)

    def end(self) -> None:
        """Hear of no more exceptions."""
        got_request_exception.disconnect(self._note)

    def get(self, path: str, what: str = "") -> Any:
        """GET; nothing that it changed stays."""
        return self.ask("GET", path, what=what)

    def ask(self, method: str, path: str, body: bytes = b"", kind: str = "", *, what: str = "", **headers: str) -> Any:
        """One request as a visitor from an address of their own. What it changed does not stay."""
        cookies = {name: cookie.value for name, cookie in self.client.cookies.items()}
        with transaction.atomic():
            answer = self.keep(method, path, body, kind, what=what, **headers)
            transaction.set_rollback(True)
        self.client.cookies = SimpleCookie(cookies)
        return answer

    def keep(self, method: str, path: str, body: bytes = b"", kind: str = "", *, what: str = "", **headers: str) -> Any:
        """One request whose changes stay."""
        self.asked += 1
        self._raised.clear()
        self._give_back()
        _count_anew()
        memory, work = _memory("VmRSS"), _work()
        answer = self.client.generic(
            method, path, body, content_type=kind or "text/html", REMOTE_ADDR=self._address(), **headers
        )
        content = answer.getvalue() if answer.streaming else answer.content
        told = f"{method} {path.partition('?')[0][:60]}"
        self._said = self._said if self._raised else ""
        figures = Figures(_work() - work, _memory("VmHWM") - memory, len(body))
        for fault in self._faults(answer, content, figures):
            self.faults.setdefault(f"{told} → {fault}", []).append(f"{what} {self._said}".strip())
        self.dearest = max(self.dearest, (figures.work, f"{told} {what}"))
        return answer

    def _give_back(self) -> None:
        # what a dear answer left would hide what the next one takes
        if _memory("VmRSS") > self._floor + SLACK:
            self._floor = memory_now()

    def _address(self) -> str:
        # limits count addresses, and this is many people
        return f"2001:db8:{self.asked >> 16:x}:{self.asked & 0xFFFF:x}::1"

    def _note(self, **_named: Any) -> None:
        kind, error, trace = sys.exc_info()
        frames = traceback.extract_tb(trace)
        ours = [
            frame for frame in frames if frame.filename.startswith(f"{ROOT}/") and "site-packages" not in frame.filename
        ] or list(frames)
        place = ours[-1].filename.removeprefix(f"{ROOT}/")
        self._raised.append(f"{kind.__name__ if kind else '?'} in {place}:{ours[-1].lineno}")
        self._said = str(error)[:80]

    def _faults(self, answer: Any, content: bytes, figures: Figures) -> Iterator[str]:
        if answer.status_code >= 500:
            yield f"{answer.status_code} {'; '.join(self._raised[-1:])}"
        if figures.work > MOST_SECONDS:
            yield f"more than {MOST_SECONDS:.0f} s of work"
        if figures.memory > MOST_MEMORY + A_BYTE * figures.sent:
            yield f"more than {figures.memory >> 25 << 5} MB"
        if answer.headers.get("Content-Type", "").startswith("text/html"):
            yield from _foreign_face(answer.status_code, content.decode(errors="replace"))

    def told(self) -> str:
        """All faults, each with the first of what led to it."""
        lines = [f"{fault}  [{len(whats)} ×, {' | '.join(whats[:3])[:300]}]" for fault, whats in self.faults.items()]
        return "\n".join([f"{len(lines)} faults as {self.role}", *sorted(lines)])


def _foreign_face(status: int, html: str) -> Iterator[str]:
    if face := next((face for face in FOREIGN_FACES if face in html), None):
        yield f"{status} with the words of a framework: {face}"
    elif 400 <= status < 600 and status != 405:
        page = Page("/", html)
        if not page.language or len(page.words) < FEWEST_WORDS:
            yield f"{status} without words of ours: {' '.join(page.words)[:60]!r}"


def memory_now() -> int:
    """Bytes that this process holds, after what nobody needs has been given back to the machine."""
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)
    return _memory("VmRSS")


def percent_encoded(text: str) -> str:
    """A text as a part of an address."""
    return quote(text.encode("utf-8", "surrogatepass"), safe="")


def _count_anew() -> None:
    Path("/proc/self/clear_refs").write_text("5")


def _memory(name: str) -> int:
    found = re.search(rf"{name}:\s+(\d+)", STATUS.read_text())
    return int(found[1]) * 1024 if found else 0


def _work() -> float:
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.thread_time() + children.ru_utime + children.ru_stime
