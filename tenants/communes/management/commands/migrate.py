"""`rathausplatz migrate`: shared tables, template, communes."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.core.management.commands.migrate import Command as DjangoMigrate

from tenants.communes.commands import require_owner
from tenants.communes.provisioning.template import migrate_everything


class Command(BaseCommand):
    help = "Bring the shared tables, the template schema and every commune to this release."
    requires_system_checks: list[str] = []
    autodetector = DjangoMigrate.autodetector

    def handle(self, *args: Any, **options: Any) -> None:
        require_owner()
        migrate_everything(self.stdout.write, verbosity=max(0, options["verbosity"] - 1))
