"""Checks that need Django: its system checks (ours have ids), and models without a migration. No database is asked."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from pathlib import Path

from infra.checking.files import Fault

OUR_APPS = ("tenants.", "services.", "themes", "cms", "console", "billing", "rathausplatz")


def start_django() -> None:
    """Load the project with a data folder of its own, so that a check leaves nothing behind."""
    import django

    if "RATHAUSPLATZ_DATA" not in os.environ:
        os.environ["RATHAUSPLATZ_DATA"] = folder = tempfile.mkdtemp(prefix="rathausplatz-check-")
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rathausplatz.settings")
    django.setup()


def check_installation() -> list[Fault]:
    """Django's system checks and ours."""
    from django.core.checks import WARNING, run_checks

    return [
        Fault(Path(message.id or "check"), 0, f"{message.msg} {message.hint or ''}".strip())
        for message in run_checks()
        if message.level >= WARNING and not message.is_silenced()
    ]


def check_migrations() -> list[Fault]:
    """Models that changed without a migration."""
    from django.apps import apps
    from django.db.migrations.autodetector import MigrationAutodetector
    from django.db.migrations.loader import MigrationLoader
    from django.db.migrations.questioner import NonInteractiveMigrationQuestioner
    from django.db.migrations.state import ProjectState
    from django.utils import translation

    ours = {config.label for config in apps.get_app_configs() if config.name.startswith(OUR_APPS)}
    loader = MigrationLoader(None)
    conflicts = loader.detect_conflicts()
    faults = [
        Fault(Path(label), 0, f"two ends in its migrations ({', '.join(sorted(names))}): rebase one on the other")
        for label, names in conflicts.items()
        if label in ours
    ]
    questioner = NonInteractiveMigrationQuestioner(specified_apps=None, dry_run=True)
    detector = MigrationAutodetector(loader.project_state(), ProjectState.from_apps(apps), questioner)
    # texts in migrations are the untranslated ones
    with translation.override(None):
        changes = detector.changes(graph=loader.graph)
    for label in sorted(ours & changes.keys()):
        what = "; ".join(operation.describe() for migration in changes[label] for operation in migration.operations)
        faults.append(Fault(Path(label), 0, f"{what}: run `.venv/bin/rathausplatz makemigrations {label}`"))
    return faults
