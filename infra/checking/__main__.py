"""`python -m infra.checking [name …]`: run all checks, or those named; one line each, faults below."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from infra.checking.deployment import CONTAINERFILES, check_deployment
from infra.checking.files import ROOT, Fault
from infra.checking.installation import check_installation, check_migrations, start_django
from infra.checking.layout import check_layout
from infra.checking.locks import check_locks
from infra.checking.markup import check_markup
from infra.checking.patterns import check_patterns
from infra.checking.releases import check_releases
from infra.checking.rooms import check_rooms
from infra.checking.translations import check_translations

BIN = Path(sys.executable).parent
PACKAGES = ("tenants", "themes", "cms", "services", "infra", "platform/rathausplatz", "platform/console")


@dataclass(frozen=True, slots=True)
class Result:
    """What one check found, and how long it took."""

    name: str
    faults: str
    seconds: float


def program(*command: str) -> str:
    """Run a linter of the environment; what it says is the fault."""
    done = subprocess.run([str(BIN / command[0]), *command[1:]], cwd=ROOT, capture_output=True, text=True)  # noqa: S603
    return "" if done.returncode == 0 else (done.stdout + done.stderr).strip()


def listed(check: Callable[[], list[Fault]]) -> str:
    """Run a check of our own."""
    return "\n".join(str(fault) for fault in check())


def packages() -> list[str]:
    """The packages that exist."""
    return [name for name in PACKAGES if (ROOT / name / "__init__.py").exists()]


PROGRAMS: dict[str, Callable[[], str]] = {
    "types": lambda: program("mypy", "--no-error-summary", *packages()),
    "imports": lambda: program("lint-imports", "--no-logo"),
    "format": lambda: program("ruff", "format", "--check", "--quiet", "--diff", "."),
    "lint": lambda: program("ruff", "check", "--quiet", "."),
    "containers": lambda: program("hadolint", *(str(path) for path in CONTAINERFILES)),
}
OWN: dict[str, Callable[[], list[Fault]]] = {
    "layout": check_layout,
    "rooms": check_rooms,
    "locks": check_locks,
    "patterns": check_patterns,
    "templates": check_markup,
    "translations": check_translations,
    "installation": check_installation,
    "migrations": check_migrations,
    "releases": check_releases,
    "deployment": check_deployment,
}


def timed(name: str, check: Callable[[], str]) -> Result:
    """Run one check with a clock."""
    start = time.monotonic()
    return Result(name, check(), time.monotonic() - start)


def run(names: list[str]) -> list[Result]:
    """Run the checks: other programs beside our own."""
    with ThreadPoolExecutor(max_workers=2) as pool:
        waiting: list[Future[Result]] = [pool.submit(timed, name, PROGRAMS[name]) for name in names if name in PROGRAMS]
        results = []
        if any(name in OWN for name in names):
            start_django()
        for name in (name for name in names if name in OWN):
            results.append(report(timed(name, lambda name=name: listed(OWN[name]))))  # type: ignore[misc]
        return results + [report(future.result()) for future in waiting]


def report(result: Result) -> Result:
    """One line, and the faults below."""
    sys.stdout.write(f"{'FAIL' if result.faults else 'ok':<5}{result.name:<14}{result.seconds:6.1f} s\n")
    if result.faults:
        sys.stdout.write("".join(f"     {line}\n" for line in result.faults.splitlines()))
    sys.stdout.flush()
    return result


def main(arguments: list[str]) -> int:
    """Exit code 1 when anything is to be mended."""
    known = [*OWN, *PROGRAMS]
    unknown = [name for name in arguments if name not in known]
    if unknown:
        sys.stderr.write(f"No check named {', '.join(unknown)}; there are {', '.join(known)}.\n")
        return 2
    start = time.monotonic()
    failed = [result.name for result in run(arguments or known) if result.faults]
    seconds = time.monotonic() - start
    sys.stdout.write(f"{'Mend: ' + ', '.join(failed) if failed else 'All is well'} ({seconds:.1f} s)\n")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
