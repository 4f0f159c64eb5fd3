"""A quick end for processes that have the whole platform loaded."""

from __future__ import annotations

import atexit
import os
import sys
from contextlib import suppress
from typing import NoReturn


def end_at_once(code: int) -> NoReturn:
    """Do what was registered for the end and end, without taking all modules apart first: that takes seconds."""
    atexit._run_exitfuncs()
    with suppress(OSError):
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(code)
