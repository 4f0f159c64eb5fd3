"""In which cell a new commune is made, and how full and healthy the cells are."""

from __future__ import annotations

from dataclasses import dataclass

import psycopg
from django.conf import settings
from django.db.models import Count

from tenants.communes.cells.adding import shared_stream
from tenants.communes.cells.routing import cell_names, is_reachable
from tenants.communes.cells.servers import CellError, administering
from tenants.communes.cells.streams import slot_in_use
from tenants.communes.models import Cell, Commune, CommuneState
from tenants.communes.scope import MAIN, public_scope


@dataclass(frozen=True, slots=True)
class CellStatus:
    """A cell as the operator sees it. `lag` is in bytes of the main cell's WAL, None where it is not known."""

    name: str
    communes: int
    takes_new: bool
    lag: int | None = None
    problem: str = ""


def communes_in_cells() -> dict[str, int]:
    """How many communes each cell that was prepared holds, the main one first; deleted ones don't count."""
    with public_scope():
        there = Commune.objects.exclude(state=CommuneState.DELETED)
        counts = dict(there.order_by().values_list("cell").annotate(Count("pk")))
        names = [MAIN, *Cell.objects.values_list("name", flat=True)]
    return {name: counts.get(name, 0) for name in names}


def least_loaded_cell() -> str:
    """The cell for a new commune: the one with the fewest among those that take new ones; of equals, the main one.

    Raises CellError when none does.
    """
    if not settings.CELLS and MAIN not in settings.CELLS_CLOSED:
        return MAIN
    open_cells = {
        name: count
        for name, count in communes_in_cells().items()
        if name not in settings.CELLS_CLOSED and is_reachable(name)
    }
    if not open_cells:
        raise CellError("No cell takes a new commune: take one out of CELLS_CLOSED, or add one.")
    return min(open_cells, key=lambda name: (open_cells[name], name != MAIN, name))


def cell_statuses() -> list[CellStatus]:
    """All cells, those with an address that were never added included."""
    counts = communes_in_cells()
    return [_status(name, counts.get(name)) for name in dict.fromkeys([*counts, *cell_names()])]


def _status(name: str, communes: int | None) -> CellStatus:
    if communes is None:
        return CellStatus(name, 0, False, problem=f"never added: rathausplatz cell add {name}")
    takes_new = name not in settings.CELLS_CLOSED and is_reachable(name)
    if name == MAIN:
        return CellStatus(name, communes, takes_new)
    if not is_reachable(name):
        return CellStatus(name, communes, takes_new, problem="no address in CELL_URLS")
    try:
        lag = _lag(name)
    except (CellError, psycopg.Error) as error:
        return CellStatus(name, communes, takes_new, problem=str(error).strip())
    problem = "" if lag is not None else f"shared tables don't follow: rathausplatz cell refresh {name}"
    return CellStatus(name, communes, takes_new, lag, problem)


def _lag(name: str) -> int | None:
    stream = shared_stream(name)
    slot = slot_in_use(stream)
    with administering(MAIN) as admin:
        row = admin.execute(
            "SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), confirmed_flush_lsn)::bigint FROM pg_replication_slots"
            " WHERE slot_name = %s AND active",
            [slot],
        ).fetchone()
    return int(str(row[0])) if row else None
