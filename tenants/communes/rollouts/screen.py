"""How a run over the fleet looks: a bar on a terminal, plain lines elsewhere, a table at the end."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn
from rich.table import Table

from tenants.communes.rollouts.crew import Outcome
from tenants.communes.rollouts.runs import Report

PLAIN_WIDTH = 120


def console_on(stream: Any) -> Console:
    """A console for a command's output; wide enough for tables where there is no terminal to ask."""
    terminal = bool(getattr(stream, "isatty", lambda: False)())
    return Console(file=stream, width=None if terminal else PLAIN_WIDTH, highlight=False, soft_wrap=not terminal)


class Screen:
    """Watches a run and shows it."""

    def __init__(self, console: Console, *, quiet: bool = False) -> None:
        self._console = console
        self._quiet = quiet
        self._progress: Progress | None = None
        self._task: TaskID | None = None
        self._waves: list[list[Outcome]] = []

    @contextmanager
    def showing(self) -> Iterator[Screen]:
        """Show the bar for the time of the run, on a terminal."""
        if self._quiet or not self._console.is_terminal:
            yield self
            return
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        with Progress(*columns, console=self._console) as self._progress:
            yield self

    def say(self, text: str) -> None:
        """A line about what goes on before the fleet's turn."""
        if not self._quiet:
            self._console.print(text, markup=False)

    def wave(self, number: int, waves: int, communes: int) -> None:
        """A wave begins."""
        self._waves.append([])
        text = f"Wave {number + 1} of {waves}"
        if self._progress is not None:
            self._task = self._progress.add_task(text, total=communes)
        else:
            self.say(f"{text}: {communes} communes")

    def outcome(self, outcome: Outcome) -> None:
        """One commune is done or has failed."""
        self._waves[-1].append(outcome)
        if self._progress is not None and self._task is not None:
            self._progress.advance(self._task)
        if outcome.error:
            self.say(f"failed: {outcome.commune.slug}: {outcome.reason}")

    def table(self, report: Report) -> None:
        """What came out, wave by wave, and every failure."""
        if self._quiet:
            return
        rows = [
            [
                str(number + 1),
                str(len(outcomes)),
                str(sum(1 for outcome in outcomes if not outcome.error)),
                str(sum(1 for outcome in outcomes if outcome.error)),
                f"{statistics.median(outcome.seconds for outcome in outcomes) * 1000:.0f} ms" if outcomes else "",
            ]
            for number, outcomes in enumerate(self._waves)
        ]
        print_table(self._console, ["wave", "communes", "done", "failed", "median"], rows)
        if report.failed:
            failures = [[outcome.commune.slug, outcome.reason] for outcome in report.failed]
            print_table(self._console, ["failed", "why (traceback: `fleet status NAME`)"], failures)
        if report.untouched:
            self.say(f"Stopped: {report.untouched} communes were left as they are.")


def print_table(console: Console, head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A table of plain text."""
    table = Table(*head, box=None, pad_edge=False)
    for row in rows:
        table.add_row(*(str(cell) for cell in row))
    console.print(table, markup=False)
