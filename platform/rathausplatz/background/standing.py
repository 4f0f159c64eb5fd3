"""When a worker stands still: judged by what it reports and by what waits for it, never by how long one task takes."""

from __future__ import annotations

from time import monotonic

from rathausplatz.background.reports import Report

LONGEST_PATIENCE = 3600.0
# seconds until the first report, on a machine that is busy with others too
BEGINS_WITHIN = 120.0
SILENT, OVERDUE, STANDS = "silent", "task overdue", "queue does not move"


class Judge:
    """Says why a worker has to be started again; "" while all is well. One for each start."""

    def __init__(self, *, patience: float, standing: float = 0.0) -> None:
        self._patience, self._standing = patience, standing or patience
        self._heard = self._moved = monotonic()
        self._report: Report | None = None

    def hear(self, report: Report) -> None:
        """Take note of what it said."""
        known, self._report = self._report, report
        self._heard = monotonic()
        if known is None or report.begun != known.begun or report.busy >= report.room > 0:
            self._moved = self._heard

    def hear_of_queues(self, waiting: int | None) -> None:
        """Take note of how many messages wait for it; None: the broker doesn't say, so nobody can be blamed."""
        if not waiting:
            self._moved = monotonic()

    def standing_seconds(self) -> float:
        """For how long messages have waited for a worker that had room for them and took none."""
        return monotonic() - self._moved

    def verdict(self) -> str:
        """Why it has to be started again; "" if it hasn't."""
        begun = self._report is not None
        if monotonic() - self._heard > (self._patience if begun else max(self._patience, BEGINS_WITHIN)):
            return SILENT
        if self._report is not None and self._report.overdue:
            return OVERDUE
        if self._report is not None and self.standing_seconds() > self._standing:
            return STANDS
        return ""
