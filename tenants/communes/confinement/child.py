"""The program on the other side of the wall: `python -m tenants.communes.confinement.child <module>`.

It loads the module, waits for one job on its standard input (a line of JSON, then the content), gives itself the job's
limits, calls the function, writes one line of JSON to its standard output, and ends. When its parent ends first, it
reads nothing and ends as well.
"""

from __future__ import annotations

import base64
import importlib
import json
import math
import os
import resource
import select
import sys
from pathlib import Path
from typing import Any

from tenants.communes.confinement.budget import Refused

LONGEST_WAIT = 600.0  # an idle child gives its memory back
NICENESS = 19  # pages go first: what a stranger sent can wait for the processor


def main(module: str) -> int:
    """Do one job, or none."""
    os.nice(NICENESS)
    functions = importlib.import_module(module)
    if not select.select([sys.stdin.buffer], [], [], LONGEST_WAIT)[0]:
        return 0
    line = sys.stdin.buffer.readline()
    if not line:
        return 0
    job = json.loads(line)
    content = sys.stdin.buffer.read(job["length"])
    confine(seconds=job["seconds"], memory=job["memory"], written=job["written"])
    answer = json.dumps(outcome(getattr(functions, job["function"]), content, job["options"]))
    sys.stdout.write(answer)
    sys.stdout.flush()
    return 0


def confine(*, seconds: int, memory: int, written: int) -> None:
    """Limits that the kernel holds: computing time, address space, bytes written to any file, no core dump."""
    spent = sum(resource.getrusage(resource.RUSAGE_SELF)[:2])
    limit(resource.RLIMIT_CPU, math.ceil(spent) + seconds)
    limit(resource.RLIMIT_AS, address_space() + memory)
    limit(resource.RLIMIT_FSIZE, written)
    limit(resource.RLIMIT_CORE, 0)


def limit(kind: int, most: int) -> None:
    """Set a limit that can't be lifted again."""
    resource.setrlimit(kind, (most, most))


def address_space() -> int:
    """Bytes of address space this process has now."""
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    return pages * resource.getpagesize()


def outcome(function: Any, content: bytes, options: dict[str, Any]) -> dict[str, Any]:
    """What the function gave, as plain values."""
    try:
        value = function(content, **options)
    except Refused as refusal:
        return {"refused": refusal.code, "details": refusal.details}
    except (MemoryError, RecursionError):
        return {"costly": True}
    except Exception as error:  # noqa: BLE001  parsers of hostile content raise anything; all of it means the same
        return {"unreadable": type(error).__name__}
    return {"bytes": base64.b64encode(value).decode()} if isinstance(value, bytes) else {"value": value}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
