"""`rathausplatz migrate`: shared tables, template, communes."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.core.management.commands.migrate import Command as DjangoMigrate

from tenants.communes.commands import require_owner
from tenants.communes.provisioning.template import FleetMigrationError, migrate_everything
from tenants.communes.rollouts.locks import FleetBusyError
from tenants.communes.rollouts.recording import RecordingError
from tenants.communes.rollouts.template import CodeTooOldError

FAULTS = (FleetBusyError, CodeTooOldError, RecordingError, FleetMigrationError)


class Command(BaseCommand):
    help = "Bring the shared tables, the template schema and every commune to this release."
    requires_system_checks: list[str] = []
    autodetector = DjangoMigrate.autodetector

    def handle(self, *args: Any, **options: Any) -> None:
        require_owner()
        try:
            migrate_everything(self.stdout.write, verbosity=max(0, options["verbosity"] - 1))
        except FAULTS as error:
            raise CommandError(str(error)) from error
