"""Round trips to PostgreSQL as they are: counted in libpq's own trace, not in a log of statements."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from typing import Any

from psycopg import pq

# what a client sends last before it waits: a simple query, or the end of an extended one
WAITED_FOR = (b"Query", b"Sync")


def round_trips(work: Callable[[], Any]) -> int:
    """How often `work` waits for the server on this thread's connection `default`, which must be open and stay so."""
    from django.db import connections

    database = connections["default"]
    database.ensure_connection()
    wire = database.connection.pgconn
    with tempfile.TemporaryFile() as trace:
        wire.trace(trace.fileno())
        wire.set_trace_flags(pq.Trace.SUPPRESS_TIMESTAMPS)
        try:
            work()
        finally:
            wire.untrace()
        trace.seek(0)
        return sum(is_waited_for(line) for line in trace)


def is_waited_for(line: bytes) -> bool:
    """Whether a line of the trace ("F  12  Query  …") is a message of ours that the server answers as a whole."""
    parts = line.split(b"\t", 3)
    return len(parts) > 2 and parts[0] == b"F" and parts[2].strip() in WAITED_FOR
