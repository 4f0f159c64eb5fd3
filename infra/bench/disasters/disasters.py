"""What befalls an installation: deaths of every kind, and what else goes away, fills up, lies or is slow."""

from __future__ import annotations

import os
import random
import shutil
import signal
import struct
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path

from infra.bench.disasters.mailserver import MailServer
from infra.bench.installation import Installation, descendants

RESTARTED_AFTER = 1.0
DAY = 86_400


class Keeper:
    """Does what systemd does: what has ended is begun again a second later, with nothing left of it before."""

    def __init__(self, site: Installation) -> None:
        self._site, self._over = site, threading.Event()
        self.database_may_be_away = threading.Event()
        self.began_again: Counter[str] = Counter()
        self._thread = threading.Thread(target=self._keep)

    def __enter__(self) -> Keeper:
        self._thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._over.set()
        self._thread.join()

    def _keep(self) -> None:
        while not self._over.wait(RESTARTED_AFTER):
            for name, child in list(self._site.children.items()):
                if child.poll() is not None:
                    with suppress(ProcessLookupError):
                        os.killpg(child.pid, signal.SIGKILL)
                    self._site.start_again(name)
                    self.began_again[name] += 1
            if postmaster_of(self._site) is None and not self.database_may_be_away.is_set():
                # its children may still be there for a moment
                with suppress(Exception):
                    self._site.postgres.handle.start()
                    self.began_again["postgres"] += 1


def postmaster_of(site: Installation) -> int | None:
    """The process that PostgreSQL began with, while it lives."""
    path = site.data / "postgres" / "postmaster.pid"
    with suppress(OSError, ValueError, IndexError):
        pid = int(path.read_text().split()[0])
        if "postgres" in Path(f"/proc/{pid}/comm").read_text():
            return pid
    return None


def kinds_of_death(site: Installation) -> dict[str, Callable[[], list[int]]]:
    """Who may be killed, by name: each process of the list, its children, and the database."""
    found: dict[str, Callable[[], list[int]]] = {"postmaster": lambda: list(filter(None, [postmaster_of(site)]))}
    for name in site.children:
        found[name] = lambda name=name: [site.children[name].pid]  # type: ignore[misc]
        if name != "beat":
            found[f"{name}'s child"] = lambda name=name: descendants(site.children[name].pid)[1:]  # type: ignore[misc]
    return found


class Killer:
    """Kills so many processes at random moments, every kind in turn; some are only stopped."""

    def __init__(self, site: Installation, *, kills: int, seed: int, between: tuple[float, float]) -> None:
        self._site, self._kills, self._between = site, kills, between
        self._chance = random.Random(seed)  # noqa: S311
        self.killed: Counter[str] = Counter()
        self.stopped: list[int] = []
        self._over = threading.Event()

    def work(self) -> None:
        """Kill until all kills are done; a kind of which nothing lives at that moment is passed over."""
        kinds = list(kinds_of_death(self._site).items())
        self._chance.shuffle(kinds)
        for turn in count():
            if self.killed.total() >= self._kills or self._over.wait(self._chance.uniform(*self._between)):
                return
            name, pids = kinds[turn % len(kinds)]
            self._kill(name, pids(), stop="worker" in name and "child" in name and turn // len(kinds) % 3 == 2)

    def end(self) -> None:
        """No more."""
        self._over.set()

    def _kill(self, name: str, pids: list[int], *, stop: bool) -> None:
        if not pids:
            return
        pid = self._chance.choice(pids)
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGSTOP if stop else signal.SIGKILL)
            self.killed[f"{name} (stopped)" if stop else name] += 1
            if stop:
                self.stopped.append(pid)

    def wake(self) -> None:
        """What was only stopped goes on."""
        for pid in self.stopped:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)


def slow_mail(mail: MailServer, *, delay: float, seconds: float) -> None:
    """The mail server takes its time, then as little as before."""
    before = mail.delay
    mail.delay = delay
    threading.Event().wait(seconds)
    mail.delay = before


def database_away(site: Installation, keeper: Keeper, *, seconds: float) -> None:
    """PostgreSQL is shut down and begun again later."""
    keeper.database_may_be_away.set()
    if (pid := postmaster_of(site)) is not None:
        os.kill(pid, signal.SIGINT)  # a fast shutdown: connections are ended
    threading.Event().wait(seconds)
    keeper.database_may_be_away.clear()


def disk_full(site: Installation, *, seconds: float) -> None:
    """Everything that is free on the disk of the data is taken for a while."""
    ballast = site.data / "ballast"
    with suppress(OSError), ballast.open("wb") as file:
        while True:
            file.write(bytes(1 << 20))
            file.flush()
    threading.Event().wait(seconds)
    ballast.unlink()


def clock_jumps(clock: Path, *, days: int, seconds: float) -> None:
    """The clock on the wall shows another day for a while."""
    _set(clock, days * DAY)
    threading.Event().wait(seconds)
    _set(clock, 0)


def broker_gone(site: Installation, *, seconds: float) -> None:
    """The folder of messages is away for a while, with all that waited in it."""
    folder = site.data / "broker"
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        shutil.rmtree(folder, ignore_errors=True)
        threading.Event().wait(0.5)


def broker_immutable(site: Installation, *, seconds: float) -> None:
    """Nobody may write into the folder of messages for a while, not even root where the file system knows how."""
    folder = str(site.data / "broker")
    program = shutil.which("chattr")
    if program is None or not Path(folder).is_dir():
        return
    if subprocess.run([program, "+i", folder], capture_output=True, check=False).returncode == 0:  # noqa: S603
        threading.Event().wait(seconds)
        subprocess.run([program, "-i", folder], capture_output=True, check=False)  # noqa: S603


def moved_clock(data: Path) -> tuple[Path, dict[str, str]] | None:
    """A file that moves the clock of processes with this environment; None without a C compiler."""
    compiler = shutil.which("cc")
    if compiler is None:
        return None
    library, file = data / "clock.so", data / "clock"
    source = Path(__file__).with_name("clock.c")
    subprocess.run([compiler, "-shared", "-fPIC", "-O2", "-o", library, source, "-ldl"], check=True)  # noqa: S603
    _set(file, 0)
    return file, {"LD_PRELOAD": str(library), "CLOCK_FILE": str(file)}


def _set(clock: Path, seconds: int) -> None:
    with clock.open("r+b" if clock.exists() else "wb") as file:
        file.write(struct.pack("l", seconds))


@contextmanager
def small_disk(folder: Path, *, megabytes: int) -> Iterator[bool]:
    """A disk of its own in memory for a folder, if we may mount one; says whether."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    command = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(folder)]
    mounted = sys.platform == "linux" and os.geteuid() == 0 and shutil.which("mount") is not None
    mounted = mounted and subprocess.run(command, capture_output=True, check=False).returncode == 0  # noqa: S603
    try:
        yield mounted
    finally:
        if mounted:
            subprocess.run(["umount", "-l", str(folder)], capture_output=True, check=False)  # noqa: S603, S607
        shutil.rmtree(folder, ignore_errors=True)
