"""Keeps processes going: what ends is started again, what stands still is ended first.

The keeper is the process that an operator starts (`rathausplatz worker`, `beat`). It loads the platform once and forks
what does the work, so that a new start takes no time and little memory. It has no threads and keeps no connections:
what it forks begins clean.
"""

from __future__ import annotations

import os
import select
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from time import monotonic
from types import FrameType
from typing import NoReturn

import structlog

from rathausplatz.background import counters
from rathausplatz.background.reports import Report
from rathausplatz.background.standing import LONGEST_PATIENCE, STANDS, Judge
from rathausplatz.orphans import end_with, is_orphan, named_parent
from rathausplatz.scratch import begin_scratch, sweep_scratch

log = structlog.get_logger(__name__)
# seconds between two looks at what is kept, and at its queues
LOOK_AFTER, ASK_AFTER = 0.5, 10.0
# a process that ends sooner than this after its start is started again later and later
SHORT_LIFE, LONGEST_PAUSE = 10.0, 30.0
SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT)
# what a process runs: it gets the end of the pipe that it reports through, and returns its exit code
Work = Callable[[int], int]


@dataclass(slots=True)
class Kept:
    """One process that is kept, and what is known of it.

    `patience` is how many seconds it may be silent or stand still. `waiting` counts the messages for it, None while the
    broker doesn't say.
    """

    name: str
    work: Work
    patience: float
    waiting: Callable[[], int | None] | None = None
    pid: int = 0
    pipe: int = -1
    unread: bytes = b""
    began: float = 0.0
    start_at: float = 0.0
    pause: float = 0.0
    ask_at: float = 0.0
    # how often in a row it had to be started again because its queue did not move
    in_vain: int = 0
    judge: Judge = field(default_factory=lambda: Judge(patience=0))

    @property
    def lives(self) -> bool:
        """Whether its process is there."""
        return self.pid != 0


class Keeper:
    """Keeps some processes until it is told to end, or its own parent is gone."""

    def __init__(self, kept: list[Kept]) -> None:
        self._kept = kept
        self._asked = 0
        self._wake: tuple[int, int] = os.pipe()
        self._parent = named_parent()

    def run(self) -> int:
        """Keep them; returns when all have ended after a request to end. The exit code is 0."""
        self._catch_signals()
        while not self._is_over():
            for each in self._kept:
                self._look_after(each)
            self._wait()
            if is_orphan(self._parent) and not self._asked:
                self._end()
        sweep_scratch()
        return 0

    def _is_over(self) -> bool:
        return self._asked > 0 and not any(each.lives for each in self._kept)

    def _catch_signals(self) -> None:
        for descriptor in self._wake:
            os.set_blocking(descriptor, False)
        signal.set_wakeup_fd(self._wake[1], warn_on_full_buffer=False)
        for number in SIGNALS:
            signal.signal(number, self._end)
        signal.signal(signal.SIGCHLD, lambda _number, _frame: None)

    def _end(self, _number: int = signal.SIGTERM, _frame: FrameType | None = None) -> None:
        """The first request lets tasks end, the second doesn't."""
        self._asked += 1
        for each in self._kept:
            if each.lives:
                with suppress(ProcessLookupError):
                    os.kill(each.pid, signal.SIGTERM if self._asked == 1 else signal.SIGQUIT)

    def _wait(self) -> None:
        pipes = [each.pipe for each in self._kept if each.lives]
        readable, _, _ = select.select([self._wake[0], *pipes], [], [], LOOK_AFTER)
        if self._wake[0] in readable:
            with suppress(BlockingIOError):
                os.read(self._wake[0], 4096)

    def _look_after(self, each: Kept) -> None:
        if not each.lives:
            if not self._asked and monotonic() >= each.start_at:
                self._start(each)
            return
        self._listen(each)
        if (code := _ended(each.pid)) is not None:
            self._clear_away(each, "ended", code)
        elif not self._asked and (verdict := self._judged(each)):
            each.in_vain += verdict == STANDS
            _kill_all_of(each.pid)
            os.waitpid(each.pid, 0)
            self._clear_away(each, verdict, -signal.SIGKILL)

    def _listen(self, each: Kept) -> None:
        with suppress(BlockingIOError):
            while piece := os.read(each.pipe, 65536):
                each.unread += piece
        *lines, each.unread = each.unread.split(b"\n")
        for line in lines:
            report = Report.of(line)
            each.judge.hear(report)
            if report.begun:
                each.in_vain = 0

    def _judged(self, each: Kept) -> str:
        if each.waiting is not None and monotonic() >= each.ask_at:
            each.judge.hear_of_queues(each.waiting())
            each.ask_at = monotonic() + min(ASK_AFTER, each.patience / 3)
            counters.note_standing(each.name, each.judge.standing_seconds())
        return each.judge.verdict()

    def _start(self, each: Kept) -> None:
        reader, writer = os.pipe()
        os.set_blocking(reader, False)
        sys.stdout.flush()
        sys.stderr.flush()
        before = signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
        keeper, pid = os.getpid(), os.fork()
        if pid == 0:
            _work(each, writer, keeper)
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
        os.close(writer)
        with suppress(OSError):
            os.setpgid(pid, pid)
        each.pid, each.pipe, each.unread, each.began = pid, reader, b"", monotonic()
        # what doesn't move after a new start either is left alone for longer and longer: the fault lies elsewhere
        patience = min(each.patience * 2**each.in_vain, max(each.patience, LONGEST_PATIENCE))
        each.ask_at, each.judge = 0.0, Judge(patience=each.patience, standing=patience)

    def _clear_away(self, each: Kept, reason: str, code: int) -> None:
        """Remove what is left of it, and say when it is started again."""
        _kill_all_of(each.pid)
        os.close(each.pipe)
        each.pid = 0
        sweep_scratch()
        if self._asked:
            return
        short = monotonic() - each.began < SHORT_LIFE
        each.pause = min(max(1.0, each.pause * 2), LONGEST_PAUSE) if short else 0.0
        each.start_at = monotonic() + each.pause
        log.error("process.started_again", process=each.name, reason=reason, code=code, pause=each.pause)
        counters.note_restart(each.name, reason)


def _work(each: Kept, pipe: int, keeper: int) -> NoReturn:
    """In the new process: do the work and end, whatever happens, without what the keeper does at its own end."""
    code = 1
    try:
        os.setpgid(0, 0)
        signal.set_wakeup_fd(-1)
        for number in (*SIGNALS, signal.SIGCHLD):
            signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
        end_with(keeper)
        begin_scratch()
        code = each.work(pipe)
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(bool(end.code))
    except Exception:  # nothing may pass into what the keeper was doing when it forked
        log.exception("process.failed", process=each.name)
    finally:
        with suppress(OSError):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code)


def _ended(pid: int) -> int | None:
    """The exit code of a child that has ended, negative for a signal; None while it lives."""
    try:
        found, status = os.waitpid(pid, os.WNOHANG)
    except ChildProcessError:
        return 1
    return os.waitstatus_to_exitcode(status) if found else None


def _kill_all_of(pid: int) -> None:
    """Kill a process with the children that it left in its group."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)
