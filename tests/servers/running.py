"""What all real servers in tests have in common: a free port, a folder, an unprivileged user, a start and an end."""

from __future__ import annotations

import os
import pwd
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

# not from tests.settings: that chooses a data folder for tests, and benchmarks use these servers too
ROOT = Path(__file__).parents[2]
# much more than needed: a machine may be slow, and a good run waits for none of it
READY_WITHIN = 180.0
GRACE = 15.0


def free_port() -> int:
    """A TCP port of this machine that nobody uses at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until(condition: Callable[[], object], *, what: str, seconds: float = READY_WITHIN) -> None:
    """Return when `condition` holds; raise AssertionError that names `what` after `seconds`."""
    pause, deadline = threading.Event(), time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"Not within {seconds:.0f} s: {what}"
        pause.wait(0.02)


def answers(port: int) -> bool:
    """Whether something accepts connections on a port of this machine."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def unprivileged(name: str = "nobody") -> str | None:
    """The user to become where we are root (programs that refuse root), else None."""
    return pwd.getpwnam(name).pw_name if os.geteuid() == 0 else None


def give(folder: Path, user: str | None) -> None:
    """Hand a folder and what is in it to `user`, nobody else's to read; None leaves it ours."""
    folder.chmod(0o700)
    if user is not None:
        person = pwd.getpwnam(user)
        for path in (folder, *folder.rglob("*")):
            os.chown(path, person.pw_uid, person.pw_gid)


@contextmanager
def running(
    command: Sequence[str],
    *,
    log: Path,
    environ: Mapping[str, str] | None = None,
    user: str | None = None,
    cwd: Path | None = None,
) -> Iterator[subprocess.Popen[bytes]]:
    """A process in a session of its own; its whole group is ended afterwards, politely and then not."""
    with log.open("ab") as out:
        child = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            env=None if environ is None else dict(environ),
            user=user,
            group=pwd.getpwnam(user).pw_gid if user else None,
            extra_groups=[] if user else None,
            start_new_session=True,
            cwd=cwd,
        )
    try:
        yield child
    finally:
        end(child)


@dataclass(frozen=True, slots=True)
class Server:
    """A running server: where it is reached, and its process, the leader of its group."""

    url: str
    process: subprocess.Popen[bytes]

    @contextmanager
    def hanging(self) -> Iterator[None]:
        """It accepts connections and answers nothing for as long as this lasts."""
        os.killpg(self.process.pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.killpg(self.process.pid, signal.SIGCONT)


def parents() -> dict[int, int]:
    """All processes of this machine by number, each with its parent's."""
    said = subprocess.run(["ps", "-ax", "-o", "pid=", "-o", "ppid="], capture_output=True, text=True, check=True).stdout
    return {int(pid): int(parent) for pid, parent in (line.split() for line in said.splitlines())}


def children_of(pid: int) -> list[int]:
    """The processes that a process has started and that live."""
    return sorted(child for child, parent in parents().items() if parent == pid)


def lives(pid: int) -> bool:
    """Whether a process is there and no zombie."""
    said = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True).stdout.strip()
    return bool(said) and not said.startswith("Z")


def end(child: subprocess.Popen[bytes]) -> None:
    """End a process and its group. May be called twice."""
    if child.poll() is None:
        _signal(child, signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            child.wait(GRACE)
    _signal(child, signal.SIGKILL)
    child.wait()


def _signal(child: subprocess.Popen[bytes], number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.killpg(child.pid, number)


def wait_for_port(child: subprocess.Popen[bytes], port: int, log: Path) -> None:
    """Return when the process listens; raise AssertionError with what it said when it ends or takes too long."""

    def listens() -> bool:
        assert child.poll() is None, f"{child.args} ended with {child.returncode}:\n{log.read_text()[-3000:]}"
        return answers(port)

    wait_until(listens, what=f"{child.args} listens on {port}; see {log}")
