"""The base of management commands that work for one commune, and what commands for all of them begin with."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from tenants.communes.isolation.logins import TooWeakError, require_owners_login
from tenants.communes.queries import CommuneNotFoundError, find_commune
from tenants.communes.rollouts.releases import is_behind
from tenants.communes.scope import commune_scope


def require_owner() -> None:
    """Raise CommandError, before anything was done, when this process may not make or change schemas."""
    try:
        require_owners_login()
    except TooWeakError as error:
        raise CommandError(str(error)) from error


class CommuneCommand(BaseCommand):
    """A command with `--tenant NAME`; `handle_commune` runs inside that commune's scope and one transaction."""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--tenant", required=True, help="slug, schema, regional key or name of the commune")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            commune = find_commune(options.pop("tenant"))
        except CommuneNotFoundError as error:
            raise CommandError(str(error)) from error
        if is_behind(commune.ref()):
            raise CommandError(f"{commune.name} is behind this release: run `rathausplatz fleet migrate` first.")
        with commune_scope(commune.ref()):
            self.handle_commune(*args, **options)

    def handle_commune(self, *args: Any, **options: Any) -> None:
        """The command's work."""
        raise CommandError("This command says nothing of its work.")
