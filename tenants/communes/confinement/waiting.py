"""The waiting room in front of the children: few at once, one for each commune, and a wait that ends."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from tenants.communes.confinement.faults import TooBusy


class WaitingRoom:
    """At most `places` jobs at once in this process and one for each subject; at most `waiting` wait for `patience`
    seconds. So one commune that uploads without end leaves places and threads to the others.
    """

    def __init__(self, *, places: int = 2, waiting: int = 1, patience: float = 5.0) -> None:
        self.places, self.most_waiting, self.patience = places, waiting, patience
        self._inside: set[str] = set()
        self._waiting = 0
        self._changed = threading.Condition()

    @contextmanager
    def place(self, subject: str) -> Iterator[None]:
        """Take a place while the block runs. Raises TooBusy."""
        with self._changed:
            self._enter(subject)
        try:
            yield
        finally:
            with self._changed:
                self._inside.discard(subject)
                self._changed.notify_all()

    def _enter(self, subject: str) -> None:
        if not self._is_free(subject):
            if self._waiting >= self.most_waiting:
                raise TooBusy
            self._waiting += 1
            try:
                came = self._changed.wait_for(lambda: self._is_free(subject), timeout=self.patience)
            finally:
                self._waiting -= 1
            if not came:
                raise TooBusy
        self._inside.add(subject)

    def _is_free(self, subject: str) -> bool:
        return subject not in self._inside and len(self._inside) < self.places
