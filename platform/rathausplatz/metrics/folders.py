"""Where processes leave their counters for `/metrics`: a folder for each service, a file for each process.

prometheus-client writes into memory-mapped files when PROMETHEUS_MULTIPROC_DIR is set before it is imported. A service
empties its folder when it starts, so that its counters begin at zero together; Prometheus takes that for the restart it
is.
"""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

VARIABLE = "PROMETHEUS_MULTIPROC_DIR"


def begin_counting(folder: Path, service: str) -> Path:
    """Let this process and its children count as `service` ("web-8000"). Call before anything is counted."""
    own = folder / re.sub(r"[^a-z0-9-]+", "-", service.lower())
    shutil.rmtree(own, ignore_errors=True)
    own.mkdir(parents=True)
    os.environ[VARIABLE] = str(own)
    return own


def counter_files(folder: Path) -> list[str]:
    """The files of all services on this machine."""
    return sorted(str(path) for path in folder.glob("*/*.db"))
