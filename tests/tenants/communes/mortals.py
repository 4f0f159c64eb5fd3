"""Processes that work for real and are killed by SIGKILL in the middle of it.

A nursery is one Python process with Django ready; for each piece of work it forks a child that can be killed without
anybody tidying up behind it. The kill comes a given time after the work began.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any


class Nursery:
    """Starts work in children of its own; `with Nursery(database_url, archive_dir) as nursery`."""

    def __init__(self, database_url: str, archive_dir: Path) -> None:
        # not above: in the nursery itself these settings would change the environment it was given
        from tests.settings import COMMUNE_ROLE_PREFIX, ROLE_PREFIX, ROOT

        environ = os.environ | {
            "DATABASE_URL": database_url,
            "ARCHIVE_DIR": str(archive_dir),
            "ROLE_PREFIX": ROLE_PREFIX,
            "COMMUNE_ROLE_PREFIX": COMMUNE_ROLE_PREFIX,
            "DJANGO_SETTINGS_MODULE": "tests.settings_of_children",
            "PYTHONPATH": f"{ROOT}:{ROOT / 'platform'}",
        }
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.tenants.communes.mortals"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env=environ,
        )

    def __enter__(self) -> Nursery:
        assert self._answer() == {"ready": True}
        return self

    def __exit__(self, *exc: object) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(timeout=30)
        self._process.stdout.close()

    def live(self, work: str, **arguments: Any) -> float:
        """Let the work end; returns how long it took in seconds."""
        began = time.monotonic()
        self._begin(work, arguments)
        status = self._answer()["status"]
        assert status == 0, f"{work} ended with {status}"
        return time.monotonic() - began

    def die(self, work: str, after: float, **arguments: Any) -> bool:
        """Kill the work `after` seconds; returns whether it was killed, False when it was through before."""
        pid = self._begin(work, arguments)
        # the child is not ours to wait for: the nursery tells when it ended
        deadline = time.monotonic() + after
        while time.monotonic() < deadline:
            os.sched_yield()
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        status = self._answer()["status"]
        assert status in (0, signal.SIGKILL), f"{work} ended with {status}"
        return bool(status == signal.SIGKILL)

    def _begin(self, work: str, arguments: dict[str, Any]) -> int:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"work": work, "arguments": arguments}) + "\n")
        self._process.stdin.flush()
        return int(self._answer()["pid"])

    def _answer(self) -> Any:
        assert self._process.stdout is not None
        return json.loads(self._process.stdout.readline())


def export(*, schema: str, to: str) -> None:
    """What `rathausplatz commune export` does."""
    from tenants.communes.archives.actions import export_commune
    from tenants.communes.queries import find_commune

    export_commune(commune=find_commune(schema), to=Path(to))


def shelve(*, schema: str) -> None:
    """What the night does with one commune: makes its archive, or goes on with tonight's."""
    from tenants.communes.archives.nightly import archive_tonight
    from tenants.communes.queries import find_commune

    archive_tonight(commune_id=find_commune(schema).pk, proof=True)


def bring(*, path: str, slug: str) -> None:
    """What `rathausplatz commune import` does."""
    from tenants.communes.archives.importing import import_commune

    import_commune(path=Path(path), slug=slug)


def remove(*, commune_id: int) -> None:
    """What the owner's worker does with an ordered removal."""
    from tenants.communes.lifecycle.removal import complete_removal

    complete_removal(commune_id=commune_id)


def archive(*, commune_id: int) -> None:
    """What the owner's worker does with an ordered archive."""
    from tenants.communes.lifecycle.orders import fulfil_order

    fulfil_order(commune_id=commune_id)


WORKS = {"export": export, "shelve": shelve, "bring": bring, "remove": remove, "archive": archive}


def _say(answer: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


def nurse() -> None:
    """Fork a child for each line of standard input, tell its number and how it ended."""
    import django

    django.setup()
    _say({"ready": True})
    for line in sys.stdin:
        order = json.loads(line)
        pid = os.fork()
        if pid == 0:
            try:
                WORKS[order["work"]](**order["arguments"])
            except BaseException:  # noqa: BLE001 - the child must end here, whatever happened
                import traceback

                traceback.print_exc()
                os._exit(1)
            os._exit(0)
        _say({"pid": pid})
        _pid, status = os.waitpid(pid, 0)
        _say({"status": os.waitstatus_to_exitcode(status) if not os.WIFSIGNALED(status) else os.WTERMSIG(status)})


if __name__ == "__main__":
    nurse()
