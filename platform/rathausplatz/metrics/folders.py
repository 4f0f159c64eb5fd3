"""Where processes leave their counters for `/metrics`: a folder for each that is started, a file for each child of it.

prometheus-client counts into files when PROMETHEUS_MULTIPROC_DIR is set before it is imported
(`rathausplatz.metrics.files`). Whoever starts locks its folder for as long as it lives, and removes those whose lock
nobody holds any more: what ended counts no longer, and Prometheus takes that for the restart it is.
"""

from __future__ import annotations

import os
import re
import socket
from pathlib import Path

import structlog

from rathausplatz.locked_folders import LockedFolder, remove_abandoned

VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
log = structlog.get_logger(__name__)


def begin_counting(folder: Path, service: str) -> Path | None:
    """Let this process and its children count as `service` ("web-8000"). Call before anything is counted.

    Several of the same service count side by side; folders of those that have ended are removed. Where no folder can be
    made (a disk that is full or read-only), the process counts for itself until it is started again: None.
    """
    name = f"{service}-{socket.gethostname()}-{os.getpid()}"
    try:
        remove_abandoned(folder)
        own = LockedFolder.make(folder, re.sub(r"[^a-z0-9-]+", "-", name.lower())).path
    except OSError as error:
        log.error("metrics.not_shared", folder=str(folder), reason=error.strerror)
        return None
    os.environ[VARIABLE] = str(own)
    count_into_plain_files()
    return own


def count_into_plain_files() -> None:
    """Have prometheus-client write its files our way."""
    from rathausplatz.metrics import files

    files.register()


def counter_files(folder: Path) -> list[str]:
    """The files of all processes on this machine that count."""
    return sorted(str(path) for path in folder.glob("*/*.db"))
