"""Temporary files of a process, gone when the process is, however it ended.

WeasyPrint, multiprocessing and others make folders where `tempfile` says and remove them at a good end only. So each
process of ours has a place of its own for them, in the data directory, which the next one to come removes.
"""

from __future__ import annotations

import os
import tempfile
import uuid
from pathlib import Path

import structlog

from rathausplatz.cli import data_dir
from rathausplatz.locked_folders import LockedFolder, remove_abandoned

log = structlog.get_logger(__name__)


def scratch_root() -> Path:
    """Where the processes of this installation have their temporary folders."""
    return data_dir() / "tmp"


class _Mine:
    """The folder of this process."""

    folder: LockedFolder | None = None


def begin_scratch() -> None:
    """Give this process a place of its own for temporary files, and remove those of processes that are gone.

    Where none can be made (a disk that is full or read-only), the machine's own place is used, and the log says so.
    """
    try:
        sweep_scratch()
        own = LockedFolder.make(scratch_root(), f"{os.getpid()}-{uuid.uuid4().hex[:8]}")
    except OSError as error:
        log.error("scratch.not_made", folder=str(scratch_root()), reason=error.strerror)
        return
    _Mine.folder = own
    tempfile.tempdir = str(own.path)
    # for the programs that this process starts
    os.environ["TMPDIR"] = str(own.path)


def end_scratch() -> None:
    """Remove the place of this process, at a good end."""
    if _Mine.folder is not None:
        _Mine.folder.let_go()
        _Mine.folder = None


def sweep_scratch() -> None:
    """Remove what processes left that are gone. May be called at any time."""
    remove_abandoned(scratch_root())
