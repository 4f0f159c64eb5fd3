"""Removes what `make clean` removes, unless a demo still uses it: `python3 infra/cleaning.py DATA FOLDER…`.

Runs on whatever `python3` is there: standard library only.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import sys
from pathlib import Path

# held by the demo of a data folder, with its process's number in it (rathausplatz.demo.folder)
LOCK = "demo.lock"


def main(arguments: list[str]) -> int:
    """Remove the folders; 2 and a sentence while the first belongs to a demo that runs."""
    data = Path(arguments[0])
    if user := user_of(data):
        sys.stderr.write(
            f"{data} is in use by {user}, and nothing is removed. End it first (Ctrl-C in its window), "
            "then run `make clean` again.\n"
        )
        return 2
    for folder in arguments:
        shutil.rmtree(folder, ignore_errors=True)
    return 0


def user_of(data: Path) -> str:
    """Who uses a data folder: the demo, or a database of it that runs; "" if nobody does."""
    try:
        lock = os.open(data / LOCK, os.O_RDWR)
    except OSError:
        return _database_of(data)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return "the demo that runs as process {}".format((os.read(lock, 100).decode().split() or ["?"])[0])
    finally:
        os.close(lock)
    return _database_of(data)


def _database_of(data: Path) -> str:
    try:
        pid = int((data / "postgres" / "postmaster.pid").read_text().split()[0])
        os.kill(pid, 0)
    except (OSError, ValueError, IndexError):
        return ""
    return f"its PostgreSQL, process {pid}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
