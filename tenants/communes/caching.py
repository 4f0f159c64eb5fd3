"""Django's cache as memory of this process, apart for each commune, with nothing in it that outlives its change.

A value becomes visible to others when the work that read it has ended well, and only if this process is sure to hear
of changes and nothing was announced for the commune since that work began (`tenants.communes.eras`). Whatever is
announced for a commune drops its entries in every process. So a cache can be as right as the database, and needs no
server that may be away (docs/decisions/0047).

Values are kept pickled: who changes what it got, changes nobody else's. Nothing can be counted or locked here, since
every process remembers for itself: see `tenants.communes.counters`.
"""

from __future__ import annotations

import pickle
import threading
import time
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any, NoReturn

from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache
from django.db import transaction

from tenants.communes.eras import Work, current_work, era_of, keeper
from tenants.communes.invalidation import announce, listening, watch
from tenants.communes.scope import current_scope

ENTRIES_OF_COMMUNE = 1000
BYTES_OF_COMMUNE = 2 * 1024 * 1024
# of one process; a thousand communes with what every page needs take a tenth of it
BYTES_OF_ALL = 64 * 1024 * 1024


def key_of_commune(key: Any, key_prefix: str, version: int) -> str:
    """Django's KEY_FUNCTION: the same key in two communes is two entries."""
    return f"{current_scope().schema}:{key_prefix}:{version}:{key}"


@dataclass(frozen=True, slots=True)
class Entry:
    """A pickled value and until when it may be used, by the clock that nobody can turn back."""

    value: bytes
    expires: float

    @property
    def is_fresh(self) -> bool:
        """Whether it may be used."""
        return self.expires > time.monotonic()


class _Share:
    """The entries of one commune, the longest unused first."""

    def __init__(self) -> None:
        self.entries: OrderedDict[str, Entry] = OrderedDict()
        self.size = 0

    def put(self, key: str, entry: Entry) -> None:
        self.drop(key)
        if len(entry.value) > BYTES_OF_COMMUNE:
            return
        self.entries[key] = entry
        self.size += len(entry.value)
        while len(self.entries) > ENTRIES_OF_COMMUNE or self.size > BYTES_OF_COMMUNE:
            self.drop(next(iter(self.entries)))

    def drop(self, key: str) -> bool:
        entry = self.entries.pop(key, None)
        self.size -= len(entry.value) if entry else 0
        return entry is not None


class Memory:
    """What this process remembers of all communes. A commune that keeps much pushes out its own entries only.

    When all together are too much, the commune goes whose pages nobody has asked for the longest.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._shares: OrderedDict[str, _Share] = OrderedDict()
        self._size = 0

    def get(self, key: str) -> Entry | None:
        """The entry of a whole key, if it is still fresh."""
        schema = key.partition(":")[0]
        with self._lock:
            share = self._shares.get(schema)
            entry = share.entries.get(key) if share else None
            if share is None or entry is None or not entry.is_fresh:
                return None
            share.entries.move_to_end(key)
            self._shares.move_to_end(schema)
            return entry

    def keep(self, schema: str, entries: dict[str, Entry], era: tuple[int, int]) -> None:
        """Keep what was read of a commune since `era`, unless something was announced or could not be heard."""
        with self._lock:
            if era != era_of(schema) or not listening():
                return
            share = self._shares.setdefault(schema, _Share())
            before = share.size
            for key, entry in entries.items():
                share.put(key, entry)
            self._size += share.size - before
            self._shares.move_to_end(schema)
            while self._size > BYTES_OF_ALL:
                _schema, oldest = self._shares.popitem(last=False)
                self._size -= oldest.size

    def drop(self, key: str) -> bool:
        """Drop one entry; says whether there was one."""
        with self._lock:
            share = self._shares.get(key.partition(":")[0])
            before = share.size if share else 0
            found = share.drop(key) if share else False
            self._size -= before - share.size if share else 0
            return found

    def forget(self, schema: str) -> None:
        """Drop every entry of one commune; "" drops all."""
        with self._lock:
            if schema:
                share = self._shares.pop(schema, None)
                self._size -= share.size if share else 0
            else:
                self._shares.clear()
                self._size = 0

    @property
    def size(self) -> int:
        """Bytes of all values."""
        return self._size


memory = Memory()


@keeper
def keep_what_was_read(work: Work) -> None:
    """Some work ended well: what it read may be remembered."""
    if work.read:
        memory.keep(work.schema, work.read, work.era)


def forget_entries(schema: str) -> None:
    """Drop every entry of one commune in this process; others hear of it by an announcement. May run twice."""
    if schema:
        memory.forget(schema)


@watch("pages")
@watch("hosts")
@watch("removed")
@watch("memories")
@watch("releases")
def forget_what_changed(schema: str) -> None:
    """Something of a commune changed somewhere; "" means: of all, or of one that nobody named."""
    memory.forget(schema)


class CommuneMemory(BaseCache):
    """Django's cache API over this process's memory. All aliases share it; prefix and commune are in the key."""

    def __init__(self, _location: str, params: dict[str, Any]) -> None:
        super().__init__(params)

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        """What the running work has read itself, else what is remembered, unless the work changed something."""
        made = self.make_and_validate_key(key, version=version)
        entry = self._found(made)
        return default if entry is None else pickle.loads(entry.value)  # noqa: S301 - of this very process

    def set(self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> None:
        """Note what the running work has read. Outside of any scope nothing says since when it holds: not kept."""
        made = self.make_and_validate_key(key, version=version)
        work = current_work()
        if work is not None:
            work.read[made] = Entry(pickle.dumps(value, pickle.HIGHEST_PROTOCOL), self._end(timeout))

    def add(self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        """Set unless it is there. Says nothing of other processes: no lock can be made of it."""
        if self.has_key(key, version=version):
            return False
        self.set(key, value, timeout, version)
        return True

    def touch(self, key: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        """Let a value be used for longer."""
        entry = self._found(self.make_and_validate_key(key, version=version))
        if entry is not None:
            self.set(key, pickle.loads(entry.value), timeout, version)  # noqa: S301 - of this very process
        return entry is not None

    def delete(self, key: Any, version: int | None = None) -> bool:
        """Drop an entry here at once and, since it is wrong for everybody, in all processes with the commit."""
        made = self.make_and_validate_key(key, version=version)
        work = current_work()
        found = work is not None and work.read.pop(made, None) is not None
        found = memory.drop(made) or found
        scope = current_scope()
        if scope.commune is not None:
            with transaction.atomic(savepoint=False):
                announce("memories", scope.schema)
        return found

    def has_key(self, key: Any, version: int | None = None) -> bool:
        """Whether there is a fresh entry."""
        return self._found(self.make_and_validate_key(key, version=version)) is not None

    def clear(self) -> None:
        """Drop all entries of this process, and what the running work has read."""
        memory.forget("")
        work = current_work()
        while work is not None:
            work.read.clear()
            work = work.outer

    def incr(self, key: Any, delta: int = 1, version: int | None = None) -> NoReturn:
        """Refused: every process would count for itself."""
        raise NotImplementedError("Each process remembers for itself: count with tenants.communes.counters.")

    def _found(self, made: str) -> Entry | None:
        work = current_work()
        if work is None:
            return memory.get(made)
        read: Entry | None = work.read.get(made)
        if read is not None:
            return read if read.is_fresh else None
        return None if work.changed else memory.get(made)

    def _end(self, timeout: Any) -> float:
        seconds = self.default_timeout if timeout is DEFAULT_TIMEOUT else timeout
        return float("inf") if seconds is None else time.monotonic() + float(seconds)
