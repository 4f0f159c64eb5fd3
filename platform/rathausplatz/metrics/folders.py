"""Where processes leave their counters for `/metrics`: a folder for each that is started, a file for each child of it.

prometheus-client writes into memory-mapped files when PROMETHEUS_MULTIPROC_DIR is set before it is imported. Whoever
starts locks its folder for as long as it lives, and removes those whose lock nobody holds any more: what ended counts
no longer, and Prometheus takes that for the restart it is. Containers on one volume see each other's locks.
"""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
# locked by who lives, and by who starts at the moment
ALIVE, STARTING = "alive", "starting"


def begin_counting(folder: Path, service: str) -> Path:
    """Let this process and its children count as `service` ("web-8000"). Call before anything is counted.

    Several of the same service count side by side; folders of those that have ended are removed.
    """
    name = f"{service}-{socket.gethostname()}-{os.getpid()}"
    own = folder / re.sub(r"[^a-z0-9-]+", "-", name.lower())
    folder.mkdir(parents=True, exist_ok=True)
    with _one_at_a_time(folder):
        _remove_the_ended(folder)
        own.mkdir(exist_ok=True)
        _hold(own)
    os.environ[VARIABLE] = str(own)
    return own


@contextmanager
def _one_at_a_time(folder: Path) -> Iterator[None]:
    """Nobody takes a folder for an ended one that its process has made and not locked yet."""
    door = _opened(folder / STARTING)
    try:
        fcntl.flock(door, fcntl.LOCK_EX)
        yield
    finally:
        os.close(door)


def _remove_the_ended(folder: Path) -> None:
    for each in (path for path in folder.iterdir() if path.is_dir()):
        try:
            lock = _opened(each / ALIVE)
        except OSError:  # of another user who doesn't share
            continue
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            continue
        else:
            shutil.rmtree(each, ignore_errors=True)
        finally:
            os.close(lock)


def _hold(own: Path) -> None:
    """Lock a folder until this process and those it has forked are gone: nobody closes the file before."""
    fcntl.flock(_opened(own / ALIVE), fcntl.LOCK_SH)


def _opened(path: Path) -> int:
    return os.open(path, os.O_RDONLY | os.O_CREAT | os.O_CLOEXEC, 0o660)


def counter_files(folder: Path) -> list[str]:
    """The files of all processes on this machine that count."""
    return sorted(str(path) for path in folder.glob("*/*.db"))
