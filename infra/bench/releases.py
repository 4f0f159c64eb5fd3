"""Releases of the measurement's own: one app's migrations and more of them, in a folder beside the database.

What was rolled out stays in the schemas, so the folder stays too, and every process that works with them looks there.
"""

from __future__ import annotations

import sys
from pathlib import Path

from infra.bench.site import ROOT

LABEL = "participation"
PACKAGE = "migrations_of_the_bench"
FOLDER = "releases"
_MIGRATION = """\
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [({label!r}, {last!r})]
    operations = [
{operations}    ]
"""


class Releases:
    """The folder, made with the first release."""

    def __init__(self, data: Path) -> None:
        self.path = data / FOLDER
        self._package = self.path / PACKAGE

    def add(self, operations: str) -> str:
        """One migration more behind the last; from now on it belongs to this process's code. Returns its name."""
        if not self._package.exists():
            self._package.mkdir(parents=True)
            for original in (ROOT / "services" / LABEL / "migrations").glob("*.py"):
                (self._package / original.name).write_text(original.read_text())
        last = max(path.stem for path in self._package.glob("[0-9]*.py"))
        name = f"{max(9000, int(last[:4])) + 1:04}_bench"
        text = _MIGRATION.format(label=LABEL, last=last, operations=operations)
        (self._package / f"{name}.py").write_text(text)
        self.use()
        return name

    def use(self) -> None:
        """Let this process look for the app's migrations here, if there are any. May run again."""
        from django.conf import settings

        if not self._package.exists():
            return
        from importlib import invalidate_caches

        from tenants.communes.rollouts.releases import forget_own_level

        if str(self.path) not in sys.path:
            sys.path.insert(0, str(self.path))
        settings.MIGRATION_MODULES = self.modules()
        invalidate_caches()
        forget_own_level("")

    def modules(self) -> dict[str, str]:
        """What Django's MIGRATION_MODULES must be."""
        return {LABEL: PACKAGE}

    def environ(self) -> dict[str, str]:
        """What a process with infra.bench.release_settings needs to have these releases in its code."""
        if not self._package.exists():
            return {}
        return {"PYTHONPATH": str(self.path), "MIGRATION_MODULES": f"{LABEL}={PACKAGE}"}
