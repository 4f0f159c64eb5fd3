"""One parser a commune on this machine, whichever of its processes was asked.

Each process has a waiting room of its own; without this, a commune that uploads without end would have as many parsers
at work as there are web processes, and no processor would be left for the pages of others.
"""

from __future__ import annotations

import socket
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.utils.crypto import salted_hmac

from tenants.communes.confinement.faults import TooBusy

PATIENCE = 5.0
ASKED_EVERY = 0.05


@contextmanager
def turn_on_this_machine(subject: str, *, patience: float = PATIENCE) -> Iterator[None]:
    """Hold the machine's one turn of a subject while the block runs. Raises TooBusy after `patience` seconds.

    A name in Linux's abstract socket namespace is held: by one process at a time, given up by the kernel when that ends
    (however it ends), and without a file. Elsewhere each process has its own turns. Nobody else can guess the name.
    """
    if sys.platform != "linux":
        yield
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as held:
        _hold(held, name_of(subject), time.monotonic() + patience)
        yield


def _hold(held: socket.socket, name: bytes, until: float) -> None:
    pause = threading.Event()
    while True:
        try:
            held.bind(name)
        except OSError as taken:
            if time.monotonic() > until:
                raise TooBusy from taken
            pause.wait(ASKED_EVERY)
        else:
            return


def name_of(subject: str) -> bytes:
    """The name that is held for a subject of this installation; its secret key makes it one that nobody can guess."""
    place = f"{settings.DATA_DIR} {subject}"
    return b"\0rathausplatz-" + salted_hmac("communes.parsers", place, algorithm="sha256").hexdigest()[:32].encode()
