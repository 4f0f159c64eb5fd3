"""Releases made for a test: an app's own migrations in a folder of the test's, and more of them."""

from __future__ import annotations

import importlib
import inspect
import shutil
import sys
import uuid
from pathlib import Path
from textwrap import indent
from typing import Any

LABEL = "participation"
ONE_COLUMN_ONE_TABLE = """\
migrations.AddField("idea", "colour", models.CharField(max_length=20, db_default="blue", db_index=True)),
migrations.CreateModel("Bench", [
    ("id", models.BigAutoField(primary_key=True)),
    ("name", models.CharField(max_length=80, unique=True)),
    ("share", models.DecimalField(max_digits=5, decimal_places=2, default="12.50")),
    ("idea", models.ForeignKey("participation.idea", on_delete=models.CASCADE, related_name="+")),
], options={"constraints": [
    models.CheckConstraint(condition=models.Q(name__contains="%") | models.Q(share__gte=0), name="bench_share"),
]}),
"""
ONE_IN_PYTHON = """\
migrations.AddField("idea", "colour", models.CharField(max_length=20, null=True)),
migrations.RunPython(paint),
"""


class MigrationFolder:
    """The migrations of one app, where Django looks for them while the test runs."""

    def __init__(self, folder: Path, settings: Any) -> None:
        self.name = f"migrations_{uuid.uuid4().hex[:8]}"
        self._package = folder / self.name
        original = importlib.import_module(f"services.{LABEL}.migrations")
        shutil.copytree(Path(inspect.getfile(original)).parent, self._package)
        self.path = str(folder)
        sys.path.insert(0, self.path)
        self._last = sorted(path.stem for path in self._package.glob("0*.py"))[-1]
        self._count = len(list(self._package.glob("0*.py")))
        settings.MIGRATION_MODULES = {LABEL: self.name}

    def add(self, operations: str, *, before: str = "") -> str:
        """A migration behind the last one; `before` is code that stands above it. Returns its name."""
        self._count += 1
        name = f"{self._count:04}_for_a_test"
        lines = [
            "from django.db import migrations, models",
            before,
            "class Migration(migrations.Migration):",
            f"    dependencies = [({LABEL!r}, {self._last!r})]",
            "    operations = [",
            indent(operations, "        "),
            "    ]",
        ]
        (self._package / f"{name}.py").write_text("\n".join(lines))
        self._last = name
        importlib.invalidate_caches()
        _code_changed()
        return name

    def take_back(self) -> None:
        """The last migration is gone: this is the code of the release before."""
        (self._package / f"{self._last}.py").unlink()
        _code_changed()

    def squash(self) -> None:
        """One migration beside the others that replaces them all."""
        replaced = [(LABEL, path.stem) for path in sorted(self._package.glob("0*.py"))]
        text = "from django.db import migrations\nclass Migration(migrations.Migration):\n    initial = True\n"
        (self._package / "0001_squashed.py").write_text(f"{text}    replaces = {replaced!r}\n    operations = []\n")
        importlib.invalidate_caches()
        _code_changed()

    def delete_squashed(self) -> None:
        """The files of the replaced migrations are gone, as libraries do it after a while."""
        for path in self._package.glob("0*.py"):
            if path.stem != "0001_squashed":
                path.unlink()
        _code_changed()

    def remove(self) -> None:
        """Django looks for the app's own migrations again."""
        sys.path.remove(self.path)
        for name in [name for name in sys.modules if name.split(".")[0] == self.name]:
            del sys.modules[name]
        _code_changed()


def _code_changed() -> None:
    """What a process knows of its own code lasts as long as the process; here the code changes under it."""
    from tenants.communes.rollouts.releases import forget_own_level

    forget_own_level("")
