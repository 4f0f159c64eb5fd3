"""The programs of others that tests start for real: found on this machine, or installed from Debian where we may."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

# where Debian puts servers; not on everybody's PATH
SYSTEM_FOLDERS = "/usr/local/sbin:/usr/sbin:/sbin"
SYSTEMD_RUNS = Path("/run/systemd/system")


@dataclass(frozen=True, slots=True)
class Program:
    """What tests call, the Debian package that has it, where else to look, and the service a package would start."""

    name: str
    package: str
    folder: str = ""
    service: str = ""


PROGRAMS = {
    program.name: program
    for program in (
        Program("pgbouncer", "pgbouncer", service="pgbouncer"),
        Program("caddy", "caddy", service="caddy"),
        Program("redis-server", "redis-server", service="redis-server"),
        # the one in /usr/sbin insists on root or the user rabbitmq
        Program("rabbitmq-server", "rabbitmq-server", folder="/usr/lib/rabbitmq/bin", service="rabbitmq-server"),
        Program("epmd", "erlang-base"),
        Program("ceph", "ceph-common"),
        Program("ceph-mon", "ceph-mon"),
        Program("ceph-osd", "ceph-osd"),
        Program("monmaptool", "ceph-base"),
        Program("radosgw", "radosgw"),
        Program("radosgw-admin", "radosgw"),
        Program("systemd-analyze", "systemd"),
    )
}


class NotInstalledError(Exception):
    """Programs are missing and can't be installed here; the text says what to do."""


def find(name: str) -> Path | None:
    """Where a program of PROGRAMS is, or None."""
    program = PROGRAMS[name]
    folders = ":".join(part for part in (program.folder, os.environ.get("PATH", ""), SYSTEM_FOLDERS) if part)
    found = shutil.which(program.name, path=folders)
    return Path(found) if found else None


def find_or_install(name: str) -> Path:
    """The program `name`, installed from Debian's package when we are root and have apt. Raises NotInstalledError."""
    if found := find(name):
        return found
    install([PROGRAMS[name].package])
    if found := find(name):
        return found
    raise NotInstalledError(f"{PROGRAMS[name].package} was installed, but there is no {name} in it.")


def missing_packages() -> list[str]:
    """The packages that tests need and this machine lacks."""
    return sorted({program.package for program in PROGRAMS.values() if find(program.name) is None})


def install(packages: Iterable[str]) -> None:
    """Install Debian packages in one go, without starting their services. Raises NotInstalledError."""
    wanted = sorted(set(packages))
    if not wanted:
        return
    by_hand = (
        f"Install them (Debian, Ubuntu: sudo apt install --no-install-recommends {' '.join(wanted)}) and try again."
    )
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        raise NotInstalledError(
            f"The tests start real servers, and some are missing here: {', '.join(wanted)}. {by_hand}"
        )
    sys.stdout.write(f"Installing what the tests need: {', '.join(wanted)}.\n")
    sys.stdout.flush()
    began = time.monotonic()
    for arguments in (["update"], ["install", "--yes", "--no-install-recommends", *wanted]):
        _apt(arguments, by_hand)
    _leave_ports_alone(wanted)
    sys.stdout.write(f"Installed in {time.monotonic() - began:.0f} s.\n")


def _apt(arguments: list[str], by_hand: str) -> None:
    # at run level 1 no init script starts a service; systemd is told afterwards
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
    command = ["apt-get", "-qq", "-o", "DPkg::Lock::Timeout=300", *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, text=True)  # noqa: S603
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise NotInstalledError(f"`{' '.join(command)}` failed ({reason}). {by_hand}")


def _leave_ports_alone(packages: list[str]) -> None:
    """Stop what the installation started: tests run servers of their own, on free ports."""
    services = [program.service for program in PROGRAMS.values() if program.service and program.package in packages]
    if services and SYSTEMD_RUNS.exists():
        command = ["systemctl", "disable", "--now", *services]
        subprocess.run(command, check=False, capture_output=True)  # noqa: S603
