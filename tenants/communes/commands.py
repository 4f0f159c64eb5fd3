"""The base of management commands that work for one commune, and what commands for all of them begin with."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from tenants.communes.cells import is_reachable
from tenants.communes.isolation.logins import TooWeakError, require_owners_login
from tenants.communes.models import Commune, CommuneState
from tenants.communes.models.commune import UNSEEN_STATES
from tenants.communes.queries import CommuneNotFoundError, find_commune
from tenants.communes.rollouts.releases import is_behind
from tenants.communes.rollouts.shared_tables import SharedTablesBehindError, reading_shared_tables
from tenants.communes.scope import commune_scope


def require_owner() -> None:
    """Raise CommandError, before anything was done, when this process may not make or change schemas."""
    try:
        require_owners_login()
    except TooWeakError as error:
        raise CommandError(str(error)) from error


def enterable_commune(name: str) -> Commune:
    """The commune of that name, if a command can work in it now. Raises CommandError with what is in the way."""
    try:
        with reading_shared_tables():
            commune = find_commune(name)
    except (CommuneNotFoundError, SharedTablesBehindError) as error:
        raise CommandError(str(error)) from error
    if commune.state == CommuneState.DELETED or commune.removal_began_at is not None:
        raise CommandError(f"{commune.name} was deleted, or is being deleted now.")
    if commune.state in UNSEEN_STATES:
        raise CommandError(
            f"{commune.name} was not made yet, it is {commune.state}: carry out its order first, by the same "
            "`rathausplatz commune create` or `commune import` again."
        )
    if not is_reachable(commune.cell):
        raise CommandError(f"{commune.name} stands in the cell {commune.cell!r}: name its address in CELL_URLS.")
    if is_behind(commune.ref()):
        raise CommandError(f"{commune.name} is behind this release: run `rathausplatz fleet migrate` first.")
    return commune


class CommuneCommand(BaseCommand):
    """A command with `--tenant NAME`; `handle_commune` runs inside that commune's scope and one transaction."""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--tenant", required=True, help="slug, schema, regional key or name of the commune")

    def handle(self, *args: Any, **options: Any) -> None:
        commune = enterable_commune(options.pop("tenant"))
        with commune_scope(commune.ref()):
            self.handle_commune(*args, **options)

    def handle_commune(self, *args: Any, **options: Any) -> None:
        """The command's work."""
        raise CommandError("This command says nothing of its work.")
