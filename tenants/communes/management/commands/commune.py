"""`rathausplatz commune create|list|show|suspend|resume|export|archives|import|offboard|stay|archive|delete|move`."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from tenants.communes.actions import CommuneOrder, request_commune, resume_commune, suspend_commune
from tenants.communes.addresses import portal_address
from tenants.communes.cells import UnknownCellError
from tenants.communes.cells.moving import move_commune, undo_move
from tenants.communes.cells.servers import CellError
from tenants.communes.commands import require_owner
from tenants.communes.lifecycle import command as lifecycle
from tenants.communes.models import Commune
from tenants.communes.provisioning.steps import BeingMadeError, provision_commune
from tenants.communes.queries import (
    CommuneNotFoundError,
    communes_for_operator,
    find_commune,
    last_proven_restore,
    proven_restores,
    unfinished_making,
)
from tenants.communes.states import TransitionError

# what the person at the command line can do something about
FAULTS = (CommuneNotFoundError, TransitionError, CellError, UnknownCellError, BeingMadeError, *lifecycle.FAULTS)

# what a line of a list says, and what is said of an empty one
LISTINGS = {
    "list": (
        "{slug:<32} {state:<13} {name:<40} {portal}",
        'No commune yet. Take one on: rathausplatz commune create --name "Gera, Stadt"',
    ),
    "archives": ("{archive:<60} made {made}, proven {proven:<22} {file}", "No archive of it is on the shelf."),
}

OWNERS_VERBS = frozenset({"create", "export", "import", "archive", "delete", "move"})


def as_row(commune: Commune, proven: datetime | None) -> dict[str, Any]:
    """A commune as the command line prints it; `proven` is when its archive was last restored and compared."""
    return {
        "slug": commune.slug,
        "name": commune.official_name,
        "state": commune.state,
        "cell": commune.cell,
        "schema": commune.schema_name,
        "ars": commune.ars,
        "inhabitants": commune.inhabitants,
        "release": commune.release,
        "portal": portal_address(commune.primary_host),
        "last_proven_restore": proven.isoformat() if proven else "",
    }


def _row_of(name: str) -> dict[str, Any]:
    commune = find_commune(name)
    return as_row(commune, last_proven_restore(commune))


class Command(BaseCommand):
    help = "Take on, list, show, suspend, resume, export, import, archive, delete or move communes."

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        create = verbs.add_parser("create", help="take on a commune and provision it now")
        create.add_argument("--name", required=True, help='official name, e.g. "Gera, Stadt"')
        create.add_argument("--slug", default="", help="subdomain; proposed when left out")
        create.add_argument("--ars", default="", help="Regionalschlüssel, 12 digits")
        create.add_argument("--admin", default="", help="e-mail address of the first administrator")
        create.add_argument("--cell", default="", help="the cell to make it in; the least loaded when left out")
        for verb, text in (
            ("show", "one commune"),
            ("suspend", "close a portal"),
            ("resume", "open it again"),
        ):
            sub = verbs.add_parser(verb, help=text)
            sub.add_argument("name", help="slug, schema, regional key or name")
            if verb == "suspend":
                sub.add_argument("--reason", required=True)
            sub.add_argument("--json", action="store_true")
        lifecycle.add_verbs(verbs)
        self._add_move(verbs)
        listing = verbs.add_parser("list", help="all communes")
        for sub in (create, listing):
            sub.add_argument("--json", action="store_true")

    def _add_move(self, verbs: Any) -> None:
        move = verbs.add_parser("move", help="to another cell; run it again when it was killed")
        move.add_argument("name", help="slug, schema, regional key or name")
        way = move.add_mutually_exclusive_group(required=True)
        way.add_argument("--to", metavar="CELL")
        way.add_argument("--undo", action="store_true", help="take back a move that was not switched")
        move.add_argument("--keep-hours", type=float, default=24, help="how long the source keeps its copy")
        move.add_argument("--drop", action="store_true", help="drop the source's copy at once")
        move.add_argument("--counts-only", action="store_true", help="compare numbers of rows, not their contents")
        move.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["verb"] in OWNERS_VERBS:
            require_owner()
        try:
            rows = self._do(options)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        except FAULTS as error:
            raise CommandError(str(error)) from error
        self._print(rows, options)

    def _do(self, options: dict[str, Any]) -> Any:
        verb = options["verb"]
        if verb not in lifecycle.VERBS:
            return getattr(self, f"do_{verb}")(options)
        result = lifecycle.carry_out(verb, options)
        return _row_of(result.schema_name) if isinstance(result, Commune) else result

    def do_create(self, options: dict[str, Any]) -> Any:
        """Request and provision at once; running it again for an order that was not carried out does so as ordered."""
        order = CommuneOrder(
            official_name=options["name"],
            slug=options["slug"],
            ars=options["ars"],
            admin_email=options["admin"],
            cell=options["cell"],
        )
        run = unfinished_making(official_name=order.official_name, ars=order.ars)
        run = run or request_commune(order=order, actor=None)
        try:
            provision_commune(run_id=run.pk)
        except BeingMadeError:
            raise
        except Exception as error:
            reason = f"{type(error).__name__}: {error}"
            raise CommandError(
                f"Making {run.commune.official_name} broke off, and nothing half-made is left: {reason}. The order is "
                "kept: remove the cause, then run the same command again."
            ) from error
        return _row_of(run.commune.slug)

    def do_list(self, options: dict[str, Any]) -> Any:
        """All communes."""
        proven = proven_restores()
        return [as_row(commune, proven.get(commune.pk)) for commune in communes_for_operator()]

    def do_show(self, options: dict[str, Any]) -> Any:
        """One commune."""
        return _row_of(options["name"])

    def do_suspend(self, options: dict[str, Any]) -> Any:
        """Close a portal."""
        suspend_commune(commune=find_commune(options["name"]), actor=None, reason=options["reason"])
        return self.do_show(options)

    def do_resume(self, options: dict[str, Any]) -> Any:
        """Open a portal again."""
        resume_commune(commune=find_commune(options["name"]), actor=None)
        return self.do_show(options)

    def do_move(self, options: dict[str, Any]) -> Any:
        """To another cell, or back to where it is."""
        commune, say = find_commune(options["name"]), self.stderr.write
        if options["undo"]:
            move = undo_move(commune=commune, say=say)
        else:
            keep = timedelta(hours=0 if options["drop"] else options["keep_hours"])
            digests = not options["counts_only"]
            move = move_commune(commune=commune, to=options["to"], actor=None, say=say, keep=keep, digests=digests)
        return {
            "commune": commune.slug,
            "from": move.source,
            "to": move.target,
            "step": move.step,
            "tables": move.tables,
            "rows": move.rows,
            "seconds read-only": None if move.window is None else round(move.window, 3),
            "copy kept until": move.kept_until.isoformat(timespec="minutes") if move.kept_until else None,
        }

    def _print(self, result: Any, options: dict[str, Any]) -> None:
        if options.get("json"):
            self.stdout.write(json.dumps(result, ensure_ascii=False, indent=2))
            return
        if isinstance(result, list):
            line, empty = LISTINGS[options["verb"]]
            for row in result:
                self.stdout.write(line.format(**row))
            if not result:
                self.stdout.write(empty)
            return
        for key, value in result.items():
            self.stdout.write(f"{key:<17} {'–' if value is None else value}")
