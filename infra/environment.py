"""Makes the virtual environment of `make`: `python3 infra/environment.py .venv`, with `runtime` for production.

Runs on whatever `python3` is there: standard library only, and no syntax that Python 3.7 does not understand.
It looks for a Python that is new enough, gets uv when the machine has none, installs exactly what the lock names
(with hashes) and makes the project importable. Every failure is one sentence that says what to do.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

OLDEST = (3, 11)
NEWEST_KNOWN = 14
ROOT = Path(__file__).resolve().parents[1]
LOCK = ROOT / "infra" / "requirements" / "dev.txt"
RUNTIME_LOCK = LOCK.with_name("runtime.txt")
UV_PIN = re.compile(r"^uv==(?:[^\n]*\\\n)*[^\n]*", re.MULTILINE)
PROGRAM = """\
#!{python}
import sys

from rathausplatz.cli import main

sys.exit(main())
"""


class EnvironmentProblem(Exception):
    """The environment could not be made; the text says what to do."""


def main(arguments: list[str]) -> int:
    """Make the environment named on the command line. May run twice."""
    if len(arguments) not in (1, 2) or arguments[1:] not in ([], ["runtime"]):
        sys.stderr.write("Usage: python3 infra/environment.py FOLDER [runtime]\n")
        return 2
    folder = Path(arguments[0]).absolute()
    try:
        python = make_virtual_environment(folder, find_python())
        install_lock(find_uv(folder, python), python, RUNTIME_LOCK if arguments[1:] else LOCK)
        install_project(folder, python)
    except EnvironmentProblem as problem:
        sys.stderr.write(f"{problem}\n")
        return 2
    return 0


def version_of(python: str) -> tuple[int, ...]:
    """The version of an interpreter, () if it doesn't run."""
    code = "import sys, venv; print(*sys.version_info[:2])"
    done = run([python, "-c", code])
    return tuple(int(part) for part in done.stdout.split()) if done.returncode == 0 else ()


def find_python() -> str:
    """The interpreter to build on: $PYTHON, the running one, or a newer one on PATH."""
    newer = [f"python3.{minor}" for minor in range(NEWEST_KNOWN, OLDEST[1] - 1, -1)]
    wanted = os.environ.get("PYTHON")
    for name in [wanted] if wanted else [sys.executable, *reversed(newer)]:
        path = shutil.which(name)
        if path and version_of(path) >= OLDEST:
            return path
    found, needed = "{}.{}".format(*sys.version_info), "{}.{}".format(*OLDEST)
    raise EnvironmentProblem(
        f"Rathausplatz needs Python {needed} or newer with its venv module; {wanted or sys.executable} is {found}. "
        "Install one (Debian: apt install python3 python3-venv) or name it: PYTHON=/path/to/python3.11 make demo"
    )


def make_virtual_environment(folder: Path, python: str) -> str:
    """Create the environment if it is missing or broken, and return its interpreter."""
    inside = folder / "bin" / "python"
    if version_of(str(inside)) >= OLDEST:
        return str(inside)
    done = run([python, "-m", "venv", "--clear", "--without-pip", str(folder)])
    if done.returncode:
        raise EnvironmentProblem(f"The virtual environment {folder} could not be made: {last_line(done)}")
    return str(inside)


def find_uv(folder: Path, python: str) -> str:
    """uv from the environment or PATH, otherwise installed into the environment by the lock's pin."""
    for candidate in (str(folder / "bin" / "uv"), shutil.which("uv")):
        if candidate and run([candidate, "--version"]).returncode == 0:
            return candidate
    pin = UV_PIN.search(LOCK.read_text(encoding="utf-8"))
    if pin is None:
        raise EnvironmentProblem("infra/requirements/dev.txt does not name uv: run `make lock` where uv is installed.")
    if run([python, "-m", "ensurepip", "--upgrade"]).returncode:
        raise EnvironmentProblem(
            "This Python comes without pip. Install uv, or pip for it (Debian: apt install python3-venv)."
        )
    with tempfile.TemporaryDirectory() as scratch:
        wanted = Path(scratch) / "uv.txt"
        wanted.write_text(pin.group(0) + "\n", encoding="utf-8")
        done = run([python, "-m", "pip", "install", "--quiet", "--require-hashes", "--requirement", str(wanted)])
    if done.returncode:
        raise EnvironmentProblem(out_of_reach(done))
    return str(folder / "bin" / "uv")


def install_lock(uv: str, python: str, lock: Path) -> None:
    """Install exactly what the lock names, and remove what it doesn't."""
    done = run([uv, "pip", "sync", "--quiet", "--require-hashes", "--python", python, str(lock)])
    if done.returncode:
        raise EnvironmentProblem(out_of_reach(done))


def install_project(folder: Path, python: str) -> None:
    """Put the project on the environment's path and write the `rathausplatz` command.

    A path file instead of an editable install: nothing to build, no folder of metadata in the source tree, and the
    standard library keeps the name `platform` because these paths come after it.
    """
    code = "import sysconfig; print(sysconfig.get_path('purelib'))"
    packages = Path(run([python, "-c", code]).stdout.strip())
    paths = f"{ROOT}\n{ROOT / 'platform'}\n"
    (packages / "rathausplatz.pth").write_text(paths, encoding="utf-8")
    program = folder / "bin" / "rathausplatz"
    program.write_text(PROGRAM.format(python=python), encoding="utf-8")
    program.chmod(0o755)


def run(command: list[str]) -> subprocess.CompletedProcess[str]:
    """Run a program to its end and keep what it said."""
    environ = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "PYTHONHOME")}
    try:
        return subprocess.run(command, env=environ, capture_output=True, text=True)  # noqa: S603
    except OSError as error:
        return subprocess.CompletedProcess(command, 127, "", str(error))


def last_line(done: subprocess.CompletedProcess[str]) -> str:
    """The last thing a program said."""
    lines = (done.stderr.strip() or done.stdout.strip()).splitlines()
    return lines[-1] if lines else "no reason given"


def out_of_reach(done: subprocess.CompletedProcess[str]) -> str:
    """Why packages could not be installed, and what to do."""
    said = done.stderr.strip() or done.stdout.strip()
    if "hash" in said.lower() and "mismatch" in said.lower():
        advice = "A package differs from the one in the lock: clear uv's cache (uv cache clean), then run make again."
    else:
        advice = "Check the network, or the package index that uv is set up with (UV_INDEX_URL), then run make again."
    reason = "\n".join(said.splitlines()[-6:])
    return f"The packages could not be installed.\n{reason}\n{advice}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
