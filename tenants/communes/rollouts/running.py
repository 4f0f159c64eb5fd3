"""`fleet run`: any management command in one commune after another."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from django.core.management import call_command, get_commands, load_command_class
from django.core.management.base import BaseCommand, CommandError

from tenants.communes.commands import CommuneCommand
from tenants.communes.models import CommuneState, Rollout, RolloutItem
from tenants.communes.rollouts.locks import fleet_lock
from tenants.communes.rollouts.migrating import Position, survey
from tenants.communes.rollouts.releases import is_behind
from tenants.communes.rollouts.runs import Plan, Report, Watcher, carry_out, close_abandoned
from tenants.communes.rollouts.selection import Cut, Selector
from tenants.communes.scope import CommuneRef, commune_scope, public_scope

# what an ordinary command finds ready to work in; other states only when they are named
USUAL_STATES = (CommuneState.ONBOARDING, CommuneState.LIVE, CommuneState.SUSPENDED)
# these work on the whole installation, or ask somebody
NOT_PER_COMMUNE = {"fleet", "migrate", "migrate_schemas", "commune", "commune_shell", "database", "serve", "worker"}
# receives a commune and what the command wrote there
Hear = Callable[[CommuneRef, str], None]


class BehindError(RuntimeError):
    """The commune's schema is older than this code."""


@dataclass(frozen=True, slots=True)
class CommandOrders:
    """Which command, for whom, how carefully. `resume` skips communes that an unfinished run has done."""

    command: str
    arguments: tuple[str, ...] = ()
    selector: Selector = field(default_factory=Selector)
    cut: Cut = field(default_factory=Cut)
    jobs: int = 2
    stop_on_failure: bool = True
    resume: bool = False

    @property
    def line(self) -> str:
        """The command with its arguments, as the run's row keeps it: what --resume looks for."""
        return " ".join(["run", self.command, *self.arguments])[:200]


def positions_for(orders: CommandOrders) -> list[Position]:
    """Who the command is for now, in order: selected, with a schema, and not done before if the run is resumed.

    Those of a cell that is out of reach are among them, with the problem.
    """
    states = orders.selector.states or tuple(USUAL_STATES)
    selector = Selector(states, orders.selector.waves, orders.selector.tags, orders.selector.names)
    present = survey(selector.communes())
    done = _done_before(orders.line) if orders.resume else set()
    return [position for position in present if position.commune.pk not in done]


def _done_before(line: str) -> set[int]:
    with public_scope():
        last = Rollout.objects.filter(command=line).order_by("-began_at").first()
        if last is None or not last.items.exclude(state=RolloutItem.State.DONE).exists():
            return set()
        done: set[int] = set(last.options.get("done_before", []))
        items = last.items.filter(state=RolloutItem.State.DONE)
        return done | set(items.values_list("commune_id", flat=True))


def run_over_fleet(*, orders: CommandOrders, watcher: Watcher, hear: Hear) -> Report:
    """Run the command in the selected communes, each in its own scope and one transaction.

    Communes of a cell that is out of reach have failed at the end. One run of a command at a time: raises
    FleetBusyError. Raises CommandError for a command that isn't there or isn't for communes.
    """
    command = load_command(orders.command)
    with fleet_lock(f"rathausplatz fleet run {orders.command}"):
        close_abandoned(orders.line)
        positions = positions_for(orders)
        if not positions:
            return Report()
        communes = [position.commune for position in positions if not position.problem]
        plan = Plan(
            command=orders.line,
            options={"done_before": sorted(_done_before(orders.line)) if orders.resume else []},
            waves=orders.cut.waves(communes),
            jobs=min(orders.jobs, len(communes)),
            stop_on_failure=orders.stop_on_failure,
            has_canary=orders.cut.has_canary(communes),
            out_of_reach=[position.failure() for position in positions if position.problem],
        )
        work = _work(command, orders, hear)
        return carry_out(plan=plan, make_work=lambda: work, watcher=watcher, on_done=lambda communes: None)


def load_command(name: str) -> BaseCommand:
    """A management command by name. Raises CommandError with what to do."""
    known = get_commands()
    if name in NOT_PER_COMMUNE:
        raise CommandError(f"{name} works on the whole installation: run it by itself.")
    if name not in known:
        raise CommandError(f"There is no command {name}. `rathausplatz help` lists them.")
    app = known[name]
    return app if isinstance(app, BaseCommand) else load_command_class(app, name)


def _work(command: BaseCommand, orders: CommandOrders, hear: Hear) -> Callable[[CommuneRef], None]:
    by_itself = isinstance(command, CommuneCommand)

    def work(commune: CommuneRef) -> None:
        if is_behind(commune):
            raise BehindError(f"{commune.slug} is behind this release: run `fleet migrate` first.")
        said = io.StringIO()
        # a command of its own for each: Django keeps the streams on the object
        own = load_command(orders.command)
        arguments: Sequence[str] = orders.arguments
        if by_itself:
            call_command(own, "--tenant", commune.schema, *arguments, stdout=said, stderr=said)
        else:
            with commune_scope(commune):
                call_command(own, *arguments, stdout=said, stderr=said)
        if said.getvalue():
            hear(commune, said.getvalue())

    return work
