"""`rathausplatz cell add|list|refresh|remove`: PostgreSQL servers that hold communes."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

import psycopg
from django.core.management.base import BaseCommand, CommandError, CommandParser

from tenants.communes.cells import UnknownCellError
from tenants.communes.cells.adding import add_cell, refresh_cell, remove_cell
from tenants.communes.cells.choice import CellStatus, cell_statuses
from tenants.communes.cells.servers import CellError, known_logins
from tenants.communes.isolation.database import PreparationError
from tenants.communes.models import Cell
from tenants.communes.scope import public_scope


class Command(BaseCommand):
    help = "Add a PostgreSQL that holds communes, list the cells, renew their copies, give one up."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        add = verbs.add_parser("add", help="prepare a PostgreSQL named in CELL_URLS; may run again")
        add.add_argument("name")
        add.add_argument("--app-login", default="rathausplatz_app", help="what web and workers log in as")
        add.add_argument("--owner-login", default="rathausplatz_owner", help="what the owner's worker logs in as")
        refresh = verbs.add_parser("refresh", help="renew shared tables and template where the main cell has others")
        refresh.add_argument("name", nargs="?", help="one cell; without, all")
        remove = verbs.add_parser("remove", help="give up a cell that holds no commune")
        remove.add_argument("name")
        remove.add_argument("--lost", action="store_true", help="its server is gone: tidy the main cell only")
        verbs.add_parser("list", help="all cells").add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            getattr(self, f"do_{options['verb']}")(options)
        except (CellError, UnknownCellError, PreparationError) as error:
            raise CommandError(str(error)) from error
        except psycopg.Error as error:
            raise CommandError(f"PostgreSQL refused: {error}") from error

    def do_add(self, options: dict[str, Any]) -> None:
        """Prepare a cell."""
        app, owner = known_logins(options["app_login"], options["owner_login"])
        add_cell(name=options["name"], app=app, owner=owner, say=self.stdout.write)
        self.stdout.write(f"The cell {options['name']} takes communes.")

    def do_refresh(self, options: dict[str, Any]) -> None:
        """Renew copies."""
        with public_scope():
            cells = [cell for cell in Cell.objects.all() if options["name"] in (None, cell.name)]
        if options["name"] and not cells:
            raise CellError(f"No cell {options['name']!r} was added: rathausplatz cell add {options['name']}")
        for cell in cells:
            refresh_cell(cell=cell, say=self.stdout.write)
        self.stdout.write(f"{len(cells)} cells are as the main one.")

    def do_remove(self, options: dict[str, Any]) -> None:
        """Give up a cell."""
        remove_cell(name=options["name"], lost=options["lost"])
        self.stdout.write(f"The cell {options['name']} is given up. Take it out of CELL_URLS.")

    def do_list(self, options: dict[str, Any]) -> None:
        """All cells."""
        statuses = cell_statuses()
        if options["json"]:
            self.stdout.write(json.dumps([asdict(status) for status in statuses], indent=2))
            return
        self.stdout.write(f"{'cell':<20} {'communes':>8}  {'takes new':<9}  {'behind':>12}  problem")
        for status in statuses:
            self.stdout.write(_line(status))


def _line(status: CellStatus) -> str:
    behind = "" if status.lag is None else f"{status.lag:,} bytes"
    taking = "yes" if status.takes_new else "no"
    return f"{status.name:<20} {status.communes:>8}  {taking:<9}  {behind:>12}  {status.problem}".rstrip()
