"""The page of limits says what the code does."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path

from tenants.communes.limits import Limit

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "reference" / "limits.md"
PACKAGES = ("tenants", "themes", "cms", "services", "console", "rathausplatz")
# programs, not modules
LEFT_OUT = re.compile(r"\.(migrations|management)(\.|$)|__main__$|^rathausplatz\.(wsgi|celery|settings)")


def limits_in_code() -> dict[str, Limit]:
    """Every limit that a module holds, by name."""
    found: dict[str, Limit] = {}
    for module in _modules():
        for value in vars(importlib.import_module(module)).values():
            if isinstance(value, Limit):
                assert found.setdefault(value.name, value) == value, f"Two limits are called {value.name!r}."
    return found


def _modules() -> Iterator[str]:
    for package in PACKAGES:
        folder = importlib.import_module(package).__path__
        for each in pkgutil.walk_packages(folder, f"{package}."):
            if not LEFT_OUT.search(each.name):
                yield each.name


def in_words(limit: Limit) -> str:
    for unit, seconds in (("day", 86400), ("hour", 3600), ("minute", 60), ("second", 1)):
        if limit.seconds % seconds == 0:
            number = limit.seconds // seconds
            return f"{limit.times} in {number} {unit}{'s' if number > 1 else ''}"
    raise AssertionError(limit)


def test_every_limit_has_its_line_on_the_page_and_every_line_its_limit() -> None:
    lines = re.findall(r"^\| `([a-z.-]+)` \| ([^|]+) \|(?: [^|]+ \|){3}$", PAGE.read_text(), re.MULTILINE)
    code = {name: in_words(limit) for name, limit in limits_in_code().items()}
    said = dict(lines)
    lacking = [
        f"| `{name}` | {words} | of whom | what counts | why |" for name, words in code.items() if name not in said
    ]
    assert not lacking, "Add to docs/reference/limits.md, in the order of names:\n" + "\n".join(lacking)
    wrong = [f"`{name}`: {words}, the code says {code.get(name, 'nothing')}" for name, words in lines]
    assert [text for (name, words), text in zip(lines, wrong, strict=True) if code.get(name) != words] == []
    assert [name for name, _words in lines] == sorted(said), "docs/reference/limits.md is ordered by name."
