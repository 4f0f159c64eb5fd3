"""Folders that belong to one process: locked as long as it lives, and known as abandoned when nobody holds the lock.

However a process ends, the kernel gives its locks back; so whoever comes next can tell what is left of the dead from
what the living use. Containers on one volume see each other's locks.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

# locked by who lives, and by who starts at the moment
ALIVE, STARTING = "alive", "starting"


@dataclass(slots=True)
class LockedFolder:
    """A folder of this process and of those it forks."""

    path: Path
    lock: int

    @classmethod
    def make(cls, root: Path, name: str) -> LockedFolder:
        """Make `root`/`name` and lock it until this process and those it has forked are gone. Raises OSError."""
        root.mkdir(parents=True, exist_ok=True)
        path = root / name
        with _one_at_a_time(root):
            path.mkdir(exist_ok=True)
            lock = _opened(path / ALIVE)
            fcntl.flock(lock, fcntl.LOCK_SH)
        return cls(path, lock)

    def let_go(self, *, keep: bool = False) -> None:
        """Give the lock back, and remove the folder with all that is in it unless it is to be kept."""
        if not keep:
            shutil.rmtree(self.path, ignore_errors=True)
        os.close(self.lock)


def abandoned_folders(root: Path) -> Iterator[Path]:
    """The folders in `root` whose process is gone, each held for whoever looks at it: nobody else gets it meanwhile.

    Folders of a user who doesn't share are passed over.
    """
    for path in _folders(root):
        if (lock := _taken_over(root, path)) is None:
            continue
        try:
            yield path
        finally:
            os.close(lock)


def remove_abandoned(root: Path) -> None:
    """Remove what processes left behind that are gone. May be called at any time, by several at once."""
    for path in abandoned_folders(root):
        shutil.rmtree(path, ignore_errors=True)


def _folders(root: Path) -> list[Path]:
    try:
        return [path for path in root.iterdir() if path.is_dir()]
    except OSError:
        return []


def _taken_over(root: Path, path: Path) -> int | None:
    try:
        with _one_at_a_time(root):
            lock = _opened(path / ALIVE)
    except OSError:  # of another user who doesn't share, or removed a moment ago
        return None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        return None
    return lock


@contextmanager
def _one_at_a_time(folder: Path) -> Iterator[None]:
    """Nobody takes a folder for an ended one that its process has made and not locked yet."""
    door = _opened(folder / STARTING)
    try:
        fcntl.flock(door, fcntl.LOCK_EX)
        yield
    finally:
        os.close(door)


def _opened(path: Path) -> int:
    return os.open(path, os.O_RDONLY | os.O_CREAT | os.O_CLOEXEC, 0o660)
