"""The locks name versions and hashes, no host; every dependency and every setting of ours is explained."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from infra.checking.files import ROOT, Fault, files_in, read

RUNTIME, DEV = Path("infra/requirements/runtime.txt"), Path("infra/requirements/dev.txt")
REASONS = Path("docs/reference/dependencies.md")
SETTINGS_PAGE = Path("docs/reference/settings.md")
VARIABLE = re.compile(r"\benv(?:\.\w+)?\(\s*\"([A-Z_0-9]+)\"")
PIN = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^]\n]*])?==([^ ;\\\n]+)", re.MULTILINE)
HOST = re.compile(r"https?://|--(?:extra-)?index-url|--find-links|@ ")


def normal(name: str) -> str:
    """A distribution's name as indexes compare it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def check_locks() -> list[Fault]:
    """Faults of both locks and of the page that explains our dependencies."""
    return [*_hosts_and_hashes(), *_agreement(), *_reasons(), *check_settings()]


def _hosts_and_hashes() -> list[Fault]:
    faults = []
    for path in (RUNTIME, DEV):
        for number, line in enumerate(read(path).splitlines(), 1):
            if HOST.search(line):
                faults.append(Fault(path, number, "names a host: renew it with `make lock`"))
        for block in re.split(r"\n(?=\S)", read(path)):
            if PIN.match(block) and "--hash=sha256:" not in block:
                faults.append(Fault(path, 1, f"{block.split()[0]} has no hash: renew it with `make lock`"))
    return faults


def _agreement() -> list[Fault]:
    runtime, dev = pins(RUNTIME), pins(DEV)
    return [
        Fault(DEV, 1, f"{name} is {dev.get(name)} here and {version} in {RUNTIME.name}: run `make lock`")
        for name, version in runtime.items()
        if dev.get(name) != version
    ]


def pins(path: Path) -> dict[str, str]:
    """Names and versions of a lock."""
    return {normal(name): version for name, version in PIN.findall(read(path))}


def top_level() -> list[str]:
    """The dependencies kept by hand in pyproject.toml."""
    project = tomllib.loads(read(Path("pyproject.toml")))
    wanted = [*project["project"]["dependencies"], *project["dependency-groups"]["dev"]]
    return list(dict.fromkeys(re.split(r"[\[<>=~! ]", item)[0] for item in wanted))


def _reasons() -> list[Fault]:
    page = read(REASONS).lower() if (ROOT / REASONS).exists() else ""
    faults = []
    locked = pins(DEV)
    for name in top_level():
        if f"`{name.lower()}`" not in page:
            faults.append(Fault(REASONS, 1, f"no line says why `{name}` is used and under which licence"))
        if normal(name) not in locked:
            faults.append(Fault(DEV, 1, f"{name} is not locked: run `make lock`"))
    return faults


def check_settings() -> list[Fault]:
    """Every variable the settings read is explained."""
    page = read(SETTINGS_PAGE)
    return [
        Fault(path, source.count("\n", 0, match.start()) + 1, f"{match[1]} has no line in {SETTINGS_PAGE}")
        for path in files_in(("platform",), ".py")
        for source in [read(path)]
        for match in VARIABLE.finditer(source)
        if f"`{match[1]}`" not in page
    ]
