"""`fleet migrate`: shared tables, template, and every schema that is behind."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from django.db import OperationalError, transaction

from tenants.communes.cells import MAIN, UnknownCellError
from tenants.communes.cells.adding import refresh_cells
from tenants.communes.invalidation import announce
from tenants.communes.isolation.grants import grant_shared_tables, regrant
from tenants.communes.models import Commune, Release
from tenants.communes.provisioning.clone import TEMPLATE_SCHEMA
from tenants.communes.provisioning.spares import drop_spares
from tenants.communes.queries import communes_by_cell
from tenants.communes.rollouts.crew import Outcome
from tenants.communes.rollouts.locks import RELEASING, fleet_lock
from tenants.communes.rollouts.python_steps import Workshop
from tenants.communes.rollouts.releases import Chain
from tenants.communes.rollouts.replay import replay, steps_of
from tenants.communes.rollouts.runs import Plan, Report, Watcher, carry_out
from tenants.communes.rollouts.selection import Cut, Selector
from tenants.communes.rollouts.standing import (
    applied_in,
    code_standing,
    pending_in,
    shared_labels,
    standings,
    tenant_labels,
)
from tenants.communes.rollouts.template import (
    create_template,
    migrate_schema,
    refuse_older,
    release_template,
    seed_template,
)
from tenants.communes.scope import PUBLIC_SCHEMA, CommuneRef, public_scope

COMMAND = "migrate"
Say = Callable[[str], None]


class OffTheChainError(RuntimeError):
    """No recorded way leads from where a schema stands to the newest release."""


class OutOfReachError(RuntimeError):
    """The cell of a commune can't be asked now."""


@dataclass(frozen=True, slots=True)
class Position:
    """Where a commune's schema stands. `missing` are the releases to replay; None when no known way leads on.

    `problem` says in a sentence why nobody knows where it stands: its cell is out of reach.
    """

    commune: Commune
    standing: str
    level: int | None
    missing: list[Release] | None
    problem: str = ""

    @property
    def is_behind(self) -> bool:
        """Whether there is anything to do."""
        return self.missing is None or bool(self.missing)

    def failure(self) -> Outcome:
        """What became of a commune that could not be reached."""
        return Outcome(self.commune.ref(), 0.0, error=self.problem, reason=self.problem)


@dataclass(frozen=True, slots=True)
class Orders:
    """How a migration of the fleet is to go. `wait` is in seconds; `runner` "django" helps schemas off the chain."""

    selector: Selector = field(default_factory=Selector)
    cut: Cut = field(default_factory=Cut)
    jobs: int = 2
    stop_on_failure: bool = True
    runner: str = "replay"
    wait: float = 10.0
    verbosity: int = 0


def survey(communes: Sequence[Commune]) -> list[Position]:
    """Where the schemas of these communes stand, asked in one statement a cell. Those without a schema are left out.

    A cell that is out of reach keeps nobody from the others: its communes have a position that names the problem.
    """
    chain = Chain.read()
    found: dict[str, str] = {}
    problems: dict[str, str] = {}
    for cell, inhabitants in communes_by_cell(communes).items():
        try:
            found |= standings([commune.schema_name for commune in inhabitants], cell=cell)
        except (OperationalError, UnknownCellError) as error:
            if cell == MAIN:
                raise
            problems[cell] = f"its cell {cell!r} is out of reach: {(str(error).splitlines() or [''])[0]}"
    positions = []
    for commune in communes:
        if commune.cell in problems:
            positions.append(Position(commune, "", None, None, problems[commune.cell]))
        elif commune.schema_name in found:
            where = found[commune.schema_name]
            here = chain.at(where)
            positions.append(Position(commune, where, here.level if here else None, chain.missing(where)))
    return positions


def migrate_fleet(*, orders: Orders, watcher: Watcher, say: Say) -> Report:
    """Bring public, template and the selected communes to this code's release. May run again at any time.

    Communes of a cell that is out of reach have failed at the end and keep nobody from his turn. Raises FleetBusyError
    when another run is at it, CodeTooOldError and RecordingError (see `release_template`).
    """
    with fleet_lock(RELEASING):
        prepare_release(say, verbosity=orders.verbosity)
        positions = survey(orders.selector.communes())
        correct_levels(positions)
        behind = {position.commune.pk: position for position in positions if position.is_behind}
        if not behind:
            return Report()
        communes = [position.commune for position in behind.values() if not position.problem]
        plan = Plan(
            command=COMMAND,
            options={"runner": orders.runner, "release": Chain.read().newest_level},
            waves=orders.cut.waves(communes),
            jobs=min(orders.jobs, len(communes)),
            stop_on_failure=orders.stop_on_failure,
            has_canary=orders.cut.has_canary(communes),
            out_of_reach=[position.failure() for position in behind.values() if position.problem],
        )
        mover = Mover(behind, orders)
        return carry_out(plan=plan, make_work=mover.make_work, watcher=watcher, on_done=mover.enter_levels)


def bring_forward(commune: Commune) -> int:
    """Bring one commune's schema to the newest release and return its level; for one that came from elsewhere.

    Replays what is recorded; where no recorded way leads on, Django migrates. May run twice. Raises OffTheChainError,
    and OutOfReachError when its cell can't be asked.
    """
    position = survey([commune])[0]
    mover = Mover({commune.pk: position}, Orders(runner="django"))
    if position.is_behind:
        mover.make_work()(commune.ref())
    mover.enter_levels([commune.pk])
    return mover.level


def prepare_release(say: Say, *, verbosity: int = 0) -> None:
    """Migrate the shared tables and the template if they are behind, seed the template, renew the cells' copies.

    Raises CodeTooOldError before anything is changed, and RecordingError.
    """
    if pending_in(PUBLIC_SCHEMA, shared_labels()):
        say("Gemeinsame Tabellen")
        migrate_schema(PUBLIC_SCHEMA, verbosity)
    # before anything is granted: older code knows nothing of what newer tables forbid
    refuse_older(code_standing())
    grant_shared_tables()
    create_template()
    if pending_in(TEMPLATE_SCHEMA, tenant_labels()):
        say("Vorlage")
    release_template(verbosity=verbosity)
    seed_template()
    drop_spares(outdated_only=True)
    refresh_cells(say)


def correct_levels(positions: Sequence[Position]) -> None:
    """Let each commune's row say where its schema really is: a run may have ended between the two."""
    wrong: dict[int, list[int]] = {}
    for position in positions:
        if position.level is not None and position.level != position.commune.level:
            wrong.setdefault(position.level, []).append(position.commune.pk)
            position.commune.level = position.level
    for level, communes in wrong.items():
        enter_level(level, communes)


def enter_level(level: int, communes: Sequence[int]) -> None:
    """Say of these communes that their schemas are at `level`, to all processes."""
    if communes:
        with public_scope(), transaction.atomic():
            Commune.objects.filter(pk__in=communes).update(level=level)
            announce("hosts")


class Mover:
    """Does the work of a migration in each commune."""

    def __init__(self, positions: dict[int, Position], orders: Orders) -> None:
        self._positions = positions
        self._orders = orders
        newest = Chain.read().newest
        if newest is None:
            raise OffTheChainError("No release was recorded yet.")
        self._newest = newest
        longest = max((position.missing or [] for position in positions.values()), key=len)
        self._steps = steps_of(longest)
        self._applied = applied_in(TEMPLATE_SCHEMA)

    def make_work(self) -> Callable[[CommuneRef], None]:
        """What one thread does with a commune; the thread's own workshop keeps what Python steps need."""
        workshop = Workshop(applied=self._applied, steps=self._steps)

        def work(commune: CommuneRef) -> None:
            position = self._positions[commune.id]
            if position.problem:
                raise OutOfReachError(f"{commune.schema} can't be migrated: {position.problem}")
            if position.missing is not None:
                replay(
                    commune,
                    before=position.standing,
                    releases=position.missing,
                    workshop=workshop,
                    wait=self._orders.wait,
                )
            elif self._orders.runner == "django":
                self._by_django(commune)
            else:
                raise OffTheChainError(
                    f"{commune.schema} stands nowhere on the recorded chain of releases. "
                    "Look at it with `fleet verify`, then run this again with --runner=django."
                )

        return work

    def _by_django(self, commune: CommuneRef) -> None:
        migrate_schema(commune.schema, commune=commune)
        regrant(commune.schema, cell=commune.cell)
        if standings([commune.schema], cell=commune.cell).get(commune.schema) != self._newest.after:
            raise OffTheChainError(
                f"{commune.schema} has migrations that the template does not know, even after Django migrated it."
            )

    @property
    def level(self) -> int:
        """Where it brings them."""
        return self._newest.level

    def enter_levels(self, communes: Sequence[int]) -> None:
        """These communes are at the newest level now."""
        enter_level(self._newest.level, communes)
