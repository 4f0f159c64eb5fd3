"""Processes that end with whoever started them, however that one ended.

A process that was killed can't end its children. So each child looks whether its parent is still the one that started
it: portable, and it holds for parents that stop answering too, because those still exist.
"""

from __future__ import annotations

import os
import signal
import threading

# names the process that a child of the demo, the keeper or the web server must not outlive
VARIABLE = "RATHAUSPLATZ_PARENT"
# seconds between two looks, and from the request to end to its being enforced
LOOK_AFTER, GRACE = 0.5, 5.0


def named_parent() -> int:
    """The parent that this process was told not to outlive; 0 if there is none."""
    named = os.environ.get(VARIABLE, "")
    return int(named) if named.isdigit() else 0


def is_orphan(parent: int) -> bool:
    """Whether `parent` is no longer this process's parent: it has ended."""
    return parent != 0 and os.getppid() != parent


def end_with(parent: int, *, at_once: bool = False) -> None:
    """Have this process ended when `parent` is gone: politely first, or at once. 0 means nobody."""
    if parent:
        threading.Thread(target=_wait_and_end, args=(parent, at_once), name="orphan", daemon=True).start()


def _wait_and_end(parent: int, at_once: bool) -> None:
    pause = threading.Event()
    while not is_orphan(parent):
        pause.wait(LOOK_AFTER)
    if not at_once:
        os.kill(os.getpid(), signal.SIGTERM)
        pause.wait(GRACE)
    os.kill(os.getpid(), signal.SIGKILL)
