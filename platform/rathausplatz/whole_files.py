"""Files that are there whole or not at all: written beside and renamed, so that no crash leaves half of one."""

from __future__ import annotations

import fcntl
import os
import uuid
from pathlib import Path


def write_whole(path: Path, text: str, *, mode: int = 0o666) -> None:
    """Put `text` into the place of whatever `path` held. `mode` is subject to the umask. Raises OSError."""
    beside = _written_beside(path, text, mode)
    try:
        os.replace(beside, path)
    finally:
        beside.unlink(missing_ok=True)


def made_once(path: Path, text: str, *, mode: int = 0o600) -> str:
    """What `path` holds; if there is nothing in it, or no file, `text`. Of several that begin at once, one wins.

    An empty file is what a crash or a full disk left. Raises OSError when it can be neither read nor made.
    """
    if kept := _content(path):
        return kept
    folder = os.open(path.parent, os.O_RDONLY | os.O_CLOEXEC)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        if not (kept := _content(path)):
            write_whole(path, text, mode=mode)
        return kept or text
    finally:
        os.close(folder)


def _content(path: Path) -> str:
    try:
        return path.read_text().strip()
    except FileNotFoundError:
        return ""


def _written_beside(path: Path, text: str, mode: int) -> Path:
    beside = path.with_name(f".{path.name}.{os.getpid()}-{uuid.uuid4().hex[:8]}")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        beside.unlink(missing_ok=True)
        raise
    return beside
