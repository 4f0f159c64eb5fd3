"""Which files the checks look at: what git knows or would take, so that nobody's scraps are judged."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
WINGS = ("tenants", "themes", "cms", "services", "platform")
CODE = (*WINGS, "infra")


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing to mend: where, and what to do."""

    path: Path
    line: int
    text: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.text}"


@cache
def project_files(root: Path = ROOT) -> tuple[Path, ...]:
    """All files of the project, relative to its root."""
    done = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],  # noqa: S607
        cwd=root,
        capture_output=True,
        text=True,
        check=True,
    )
    return tuple(sorted(Path(name) for name in set(done.stdout.splitlines()) if (root / name).is_file()))


def files_in(wings: tuple[str, ...], *suffixes: str) -> list[Path]:
    """The project's files under some top-level folders, by suffix."""
    return [path for path in project_files() if path.parts[0] in wings and path.suffix in suffixes]


def code_files() -> list[Path]:
    """Our Python, migrations left out."""
    return [path for path in files_in(CODE, ".py") if "migrations" not in path.parts]


def templates() -> list[Path]:
    """Everything rendered by Django's template engine; letters of definition packages are data and left out."""
    return [path for path in files_in(WINGS, ".html", ".txt", ".svg", ".xml") if "templates" in path.parts]


def read(path: Path) -> str:
    """The text of a project file."""
    return (ROOT / path).read_text(encoding="utf-8")


def room_of(path: Path) -> Path:
    """The Django app a file belongs to: the nearest folder above it with an apps module."""
    for folder in path.parents:
        if (ROOT / folder / "apps.py").exists():
            return folder
    return path.parent
