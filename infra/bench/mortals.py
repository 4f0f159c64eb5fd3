"""Work that is killed by SIGKILL in the middle. `python -m infra.bench.mortals` is a process that bears it.

It sets Django up, says that it is ready, and forks a child for each order on its standard input. The child is a group
of its own, opens its own connection to the database and can die without anybody tidying up behind it.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from infra.bench.site import ROOT

# how the database names the connections of mortals
NAME = "rathausplatz-mortal"
GONE_WITHIN = 60.0


class StillThereError(Exception):
    """The database still works for a process that was killed."""


class Nursery:
    """Such a process, seen from the one that kills: `with Nursery(environ) as nursery`."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        paths = [environ.get("PYTHONPATH", ""), str(ROOT), str(ROOT / "platform")]
        env = {**os.environ, **environ, "PYTHONPATH": os.pathsep.join(filter(None, paths)), "PGAPPNAME": NAME}
        program = [sys.executable, "-m", "infra.bench.mortals"]
        self._process = subprocess.Popen(  # noqa: S603
            program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=env
        )

    def __enter__(self) -> Nursery:
        self._answer()
        return self

    def __exit__(self, *exc: object) -> None:
        if self._process.stdin is not None:
            self._process.stdin.close()
        try:
            self._process.wait(timeout=60)
        except subprocess.TimeoutExpired:  # it has nothing left to do but to end
            self._process.kill()
            self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()

    def live(self, work: str, **arguments: Any) -> float:
        """Let the work end. Returns the seconds; raises RuntimeError with what it said when it failed."""
        began = time.monotonic()
        self._begin(work, arguments)
        ending = self._answer()
        if ending["code"] != 0:
            raise RuntimeError(f"{work} failed: {ending['said']}")
        return time.monotonic() - began

    def die(self, work: str, after: float, **arguments: Any) -> bool:
        """Kill the work and all it started after some seconds. Returns whether it was still at work then."""
        group = self._begin(work, arguments)
        threading.Event().wait(after)
        with suppress(ProcessLookupError):  # it was through already
            os.killpg(group, signal.SIGKILL)
        return bool(self._answer()["code"] == -signal.SIGKILL)

    def _begin(self, work: str, arguments: dict[str, Any]) -> int:
        if self._process.stdin is None:
            raise RuntimeError("The nursery is closed.")
        self._process.stdin.write(json.dumps({"work": work, "arguments": arguments}) + "\n")
        self._process.stdin.flush()
        return int(self._answer()["group"])

    def _answer(self) -> Any:
        line = self._process.stdout.readline() if self._process.stdout else ""
        if not line:
            raise RuntimeError("The nursery ended; its message is above.")
        return json.loads(line)


def wait_until_gone() -> None:
    """Wait until the database has noticed that the killed process is gone. Raises StillThereError."""
    import psycopg
    from django.conf import settings

    question = "SELECT count(*) FROM pg_stat_activity WHERE application_name = %s AND datname = current_database()"
    pause, deadline = threading.Event(), time.monotonic() + GONE_WITHIN
    with psycopg.connect(settings.DATABASE_URL, autocommit=True) as looking:
        while looking.execute(question, [NAME]).fetchone() != (0,):
            if time.monotonic() > deadline:
                raise StillThereError("The database still works for a process that was killed.")
            pause.wait(0.01)


def provision(*, run_id: str) -> None:
    """What the owner's worker does with an order."""
    from tenants.communes.provisioning.steps import provision_commune

    provision_commune(run_id=run_id)


def migrate(*, jobs: int) -> None:
    """`rathausplatz fleet migrate`."""
    from django.core.management import call_command

    with Path(os.devnull).open("w") as nobody:
        call_command("fleet", "migrate", "--jobs", str(jobs), stdout=nobody)


def export(*, schema: str, to: str) -> None:
    """`rathausplatz commune export`."""
    from tenants.communes.archives.actions import export_commune
    from tenants.communes.queries import find_commune

    export_commune(commune=find_commune(schema), to=Path(to))


def bring(*, path: str, slug: str) -> None:
    """`rathausplatz commune import`."""
    from tenants.communes.archives.importing import import_commune

    import_commune(path=Path(path), slug=slug)


def remove(*, commune_id: int) -> None:
    """What the owner's worker does with a removal that was ordered."""
    from tenants.communes.lifecycle.removal import complete_removal

    complete_removal(commune_id=commune_id)


WORKS: dict[str, Callable[..., None]] = {
    "provision": provision,
    "migrate": migrate,
    "export": export,
    "bring": bring,
    "remove": remove,
}


def main() -> None:
    """Fork a child for each line of standard input; tell its group, and how it ended."""
    import django

    django.setup()
    _say({"ready": True})
    for line in sys.stdin:
        order = json.loads(line)
        reading, writing = os.pipe()
        pid = os.fork()
        if pid == 0:
            os.close(reading)
            _work(order, writing)
        os.close(writing)
        _wait_for_group(pid)
        _say({"group": pid})
        with os.fdopen(reading, errors="replace") as said:
            text = said.read()
        _pid, status = os.waitpid(pid, 0)
        _say({"code": os.waitstatus_to_exitcode(status), "said": text[-2000:]})


def _wait_for_group(pid: int) -> None:
    while os.getpgid(pid) != pid:
        os.sched_yield()


def _work(order: dict[str, Any], said: int) -> None:
    """The child: never returns, whatever happens."""
    os.setsid()
    code = 1
    try:
        WORKS[order["work"]](**order["arguments"])
        code = 0
    except BaseException:  # noqa: BLE001 -- told to who ordered it
        import traceback

        os.write(said, traceback.format_exc()[-2000:].encode())
    os._exit(code)


def _say(answer: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
