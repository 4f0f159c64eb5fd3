"""`rathausplatz fleet migrate|status|verify|run`."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from tenants.communes.commands import require_owner
from tenants.communes.models import CommuneState
from tenants.communes.queries import CommuneNotFoundError, find_commune
from tenants.communes.rollouts.locks import FleetBusyError
from tenants.communes.rollouts.migrating import Orders, migrate_fleet
from tenants.communes.rollouts.recording import RecordingError
from tenants.communes.rollouts.running import CommandOrders, load_command, positions_for, run_over_fleet
from tenants.communes.rollouts.runs import Report
from tenants.communes.rollouts.screen import Screen, console_on, print_table
from tenants.communes.rollouts.selection import Cut, Selector
from tenants.communes.rollouts.shared_tables import (
    SharedTablesBehindError,
    reading_shared_tables,
    shared_tables_are_behind,
)
from tenants.communes.rollouts.status import FleetStatus, fleet_status, last_failure_of
from tenants.communes.rollouts.template import CodeTooOldError
from tenants.communes.rollouts.verifying import verify_fleet
from tenants.communes.scope import PUBLIC_SCHEMA, CommuneRef

BEHIND = "The shared tables are behind: `rathausplatz fleet migrate` brings them forward first."
FAULTS = (FleetBusyError, RecordingError, CodeTooOldError, SharedTablesBehindError, CommuneNotFoundError)


def sizes(text: str) -> tuple[int, ...]:
    """`10,100` as sizes of waves."""
    return tuple(int(part) for part in text.split(",") if part)


def select_by(parser: CommandParser) -> None:
    """The options that choose communes."""
    parser.add_argument("--state", action="append", default=[], choices=CommuneState.values)
    parser.add_argument("--wave", action="append", default=[], type=int, help="the communes' own wave")
    parser.add_argument("--tag", action="append", default=[], help="all of the given tags")
    parser.add_argument("--name", action="append", default=[], help="pattern for slug, schema or name, e.g. 'bad-*'")


def proceed_by(parser: CommandParser) -> None:
    """The options that say how carefully to go."""
    parser.add_argument("--jobs", type=int, default=2, help="communes at the same time")
    parser.add_argument("--canary", type=int, default=0, metavar="N", help="the first N alone; without: own wave 0")
    parser.add_argument("--waves", type=sizes, default=(), metavar="N,N", help="sizes of the waves after the canary")
    parser.add_argument("--on-failure", choices=["stop", "continue"], default="stop")
    parser.add_argument("--dry-run", action="store_true", help="show who and what, change nothing")


class Command(BaseCommand):
    help = "Bring all communes to this release, see where they stand, check them, or run a command in each."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        migrate = verbs.add_parser("migrate", help="shared tables, template, then every schema that is behind")
        migrate.add_argument("--runner", choices=["replay", "django"], default="replay")
        migrate.add_argument("--lock-wait", type=float, default=10.0, metavar="SECONDS")
        run = verbs.add_parser("run", help="run a management command in each commune")
        run.add_argument("--resume", action="store_true", help="skip communes that the last unfinished run has done")
        status = verbs.add_parser("status", help="who stands where")
        status.add_argument("commune", nargs="?", help="one commune: its last failure with the traceback")
        verify = verbs.add_parser("verify", help="compare every schema with the template, check references and rights")
        for sub in (migrate, run):
            proceed_by(sub)
        for sub in (migrate, run, status, verify):
            select_by(sub)
            sub.add_argument("--json", action="store_true")
        run.add_argument("command_name", metavar="COMMAND")
        run.add_argument("arguments", nargs="...", metavar="ARGUMENT")

    def handle(self, *args: Any, **options: Any) -> None:
        require_owner()
        self.console = console_on(self.stdout)
        selector = Selector(*(tuple(options[name]) for name in ("state", "wave", "tag", "name")))
        try:
            if options["verb"] == "migrate" and not options["dry_run"]:
                self.do_migrate(selector, options)
                return
            with reading_shared_tables():
                getattr(self, f"do_{options['verb']}")(selector, options)
        except FAULTS as error:
            raise CommandError(str(error)) from error

    def do_migrate(self, selector: Selector, options: dict[str, Any]) -> None:
        """Bring everything to this release."""
        cut = Cut(options["canary"], options["waves"])
        if options["dry_run"]:
            self._show_plan(fleet_status(selector), cut, options)
            return
        orders = Orders(
            selector=selector,
            cut=cut,
            jobs=max(1, options["jobs"]),
            stop_on_failure=options["on_failure"] == "stop",
            runner=options["runner"],
            wait=options["lock_wait"],
        )
        with Screen(self.console, quiet=options["json"]).showing() as screen:
            report = migrate_fleet(orders=orders, watcher=screen, say=screen.say)
        self._conclude(report, screen, options, "Every schema is at this release already.")

    def do_run(self, selector: Selector, options: dict[str, Any]) -> None:
        """Run a command in each commune."""
        orders = CommandOrders(
            command=options["command_name"],
            arguments=tuple(options["arguments"]),
            selector=selector,
            cut=Cut(options["canary"], options["waves"]),
            jobs=max(1, options["jobs"]),
            stop_on_failure=options["on_failure"] == "stop",
            resume=options["resume"],
        )
        load_command(orders.command)
        if options["dry_run"]:
            self._show_order(orders, options)
            return
        with Screen(self.console, quiet=options["json"]).showing() as screen:

            def hear(commune: CommuneRef, said: str) -> None:
                for line in said.splitlines():
                    screen.say(f"{commune.slug}: {line}")

            report = run_over_fleet(orders=orders, watcher=screen, hear=hear)
        self._conclude(report, screen, options, "No commune to run it in.")

    def do_status(self, selector: Selector, options: dict[str, Any]) -> None:
        """Who stands where."""
        if options["commune"]:
            self._show_failure(options["commune"])
            return
        status = fleet_status(selector)
        if options["json"]:
            self.stdout.write(json.dumps(status.as_json(), ensure_ascii=False, indent=2))
            return
        own = "unknown: the template is not at this release" if status.own is None else status.own
        self.console.print(f"Newest level {status.newest}; level of this code {own}.", markup=False)
        print_table(self.console, ["level", "communes"], [[level, str(count)] for level, count in status.levels()])
        self._show_pending(status)
        if status.behind:
            rows = [[p.commune.slug, "unknown" if p.level is None else p.level, p.problem] for p in status.behind]
            self._show(["behind", "level", ""], rows, options)
        runs = [[f"{r.began_at:%Y-%m-%d %H:%M}", r.command, r.state] for r in status.runs]
        if runs:
            self._show(["last runs (UTC)", "command", "state"], runs, options)

    def do_verify(self, selector: Selector, options: dict[str, Any]) -> None:
        """Compare and check; exits with 1 when something is wrong."""
        if shared_tables_are_behind():
            self.stderr.write(BEHIND)
        findings = verify_fleet(selector)
        self._show(["commune", "finding"], [[f.schema, f.text] for f in findings], options)
        if findings:
            raise CommandError(f"{len(findings)} findings.")
        if not options["json"]:
            self.console.print("Every schema equals the template, and every reference leads somewhere.")

    def _show_order(self, orders: CommandOrders, options: dict[str, Any]) -> None:
        positions = positions_for(orders)
        rows: list[list[Any]] = [
            [number + 1, commune.slug, commune.state]
            for number, wave in enumerate(orders.cut.waves([p.commune for p in positions if not p.problem]))
            for commune in wave
        ]
        rows += [["-", p.commune.slug, p.problem] for p in positions if p.problem]
        self._show(["wave", "commune", "state"], rows, options)

    def _show_plan(self, status: FleetStatus, cut: Cut, options: dict[str, Any]) -> None:
        self._show_pending(status)
        coming = bool(status.pending["commune_template"])
        positions = {p.commune.pk: p for p in status.positions if p.is_behind or coming}
        waves = cut.waves([p.commune for p in positions.values() if not p.problem])
        rows: list[list[Any]] = []
        for number, wave in enumerate(waves):
            for position in (positions[commune.pk] for commune in wave):
                way = (
                    "off the chain: --runner=django"
                    if position.missing is None
                    else ", ".join(
                        [f"level {release.level}" for release in position.missing] + ["new release"] * coming
                    )
                )
                rows.append([number + 1, position.commune.slug, position.level or "unknown", way])
        rows += [["-", p.commune.slug, "unknown", p.problem] for p in positions.values() if p.problem]
        self._show(["wave", "commune", "stands at", "gets"], rows, options)

    def _show_pending(self, status: FleetStatus) -> None:
        for schema, names in status.pending.items():
            if names:
                self.stderr.write(f"{schema} lacks {', '.join(names)}")
        if status.pending[PUBLIC_SCHEMA]:
            self.stderr.write(BEHIND)

    def _show_failure(self, name: str) -> None:
        failure = last_failure_of(find_commune(name))
        if failure is None:
            self.stdout.write("No run has failed there.")
        else:
            self.stdout.write(
                f"{failure.rollout.began_at:%Y-%m-%d %H:%M} UTC, {failure.rollout.command}\n{failure.error}"
            )

    def _conclude(self, report: Report, screen: Screen, options: dict[str, Any], nothing: str) -> None:
        if options["json"]:
            counts = {"planned": report.planned, "done": len(report.outcomes) - len(report.failed)}
            failed = {outcome.commune.slug: outcome.reason for outcome in report.failed}
            self.stdout.write(json.dumps(counts | {"failed": failed, "untouched": report.untouched}, indent=2))
        elif report.planned:
            screen.table(report)
        else:
            self.stdout.write(nothing)
        if report.failed or report.stopped:
            raise CommandError(f"{len(report.failed)} failed, {report.untouched} left as they are.")

    def _show(self, head: list[str], rows: list[list[Any]], options: dict[str, Any]) -> None:
        if options["json"]:
            self.stdout.write(json.dumps([dict(zip(head, row, strict=True)) for row in rows], ensure_ascii=False))
        elif rows:
            print_table(self.console, head, [[str(cell) for cell in row] for row in rows])
        else:
            self.stdout.write("Nothing to show.")
