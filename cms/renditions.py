"""Pictures are unpacked one at a time in a process, and what that took is given back.

A picture of 40 million pixels takes up to 400 MB while it is unpacked, here and not in a child: several editors at once
would take more than a web process may have (`MemoryMax`), and the allocator keeps such memory for each thread.
"""

from __future__ import annotations

import ctypes
import gc
import os
import threading
from collections.abc import Callable
from functools import wraps
from typing import Any

from wagtail.images.models import AbstractImage, SourceImageIOError, WagtailImageFieldFile

# seconds to wait for one's turn; who waits longer sees the picture missing, and the next visitor makes it
PATIENCE = 20.0
_turn = threading.RLock()


def one_at_a_time(make: Callable[..., Any]) -> Callable[..., Any]:
    """`make`, when its turn has come. Raises SourceImageIOError, for which Wagtail shows a gap, when it does not."""

    @wraps(make)
    def made(*args: Any, **options: Any) -> Any:
        turn = _turn
        if not turn.acquire(timeout=PATIENCE):
            raise SourceImageIOError("Too many pictures are being made")
        try:
            return make(*args, **options)
        finally:
            _give_memory_back()
            turn.release()

    return made


def register() -> None:
    """Have Wagtail make its sizes like that, and measure what was uploaded. It has no place of its own to say so."""
    AbstractImage.generate_rendition_file = one_at_a_time(AbstractImage.generate_rendition_file)
    WagtailImageFieldFile.get_image_dimensions = one_at_a_time(WagtailImageFieldFile.get_image_dimensions)


def _give_memory_back() -> None:
    """Drop pictures that refer to themselves, and return free memory to the system where the C library can (glibc)."""
    gc.collect()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)


def _forget_after_fork() -> None:
    """Whose turn it was in the parent does not matter in a forked process."""
    global _turn
    _turn = threading.RLock()


os.register_at_fork(after_in_child=_forget_after_fork)
