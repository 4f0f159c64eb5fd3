"""How long one commune of demonstration size takes to leave and to come back: export, removal, import."""

from __future__ import annotations

import secrets
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from infra.bench.report import kilobytes, median, milliseconds, print_table

if TYPE_CHECKING:
    from tenants.communes.models import Commune

T = TypeVar("T")
ROUNDS = 5
TOWN = "augustusburg"


@dataclass(frozen=True, slots=True)
class ArchiveFigures:
    """Medians in seconds, and what was moved. `restore` is the whole import, from the checksum to the open portal."""

    export: float
    check: float
    removal: float
    restore: float
    tables: int
    rows: int
    size: int


def measure_archive(*, rounds: int = ROUNDS) -> ArchiveFigures:
    """Take a commune on, then export, remove and import it `rounds` times; it is removed at the end.

    Beside how many others it does so is the caller's affair.
    """
    from tenants.communes.archives.actions import export_commune
    from tenants.communes.archives.container import ArchiveReader
    from tenants.communes.archives.importing import import_commune

    times: dict[str, list[float]] = {"export": [], "check": [], "removal": [], "restore": []}
    schema = _take_on()
    with tempfile.TemporaryDirectory(prefix="rp-archive-") as folder:
        path = Path(folder) / "town.zip"
        for _round in range(rounds):
            written = _timed(times["export"], partial(export_commune, commune=_find(schema), to=path))
            with ArchiveReader(path) as reader:
                _timed(times["check"], reader.check_all)
            _timed(times["removal"], partial(_remove, schema))
            run = _timed(times["restore"], partial(import_commune, path=path))
            schema = run.commune.schema_name
        _remove(schema)
    return ArchiveFigures(
        **{name: median(values) for name, values in times.items()},
        tables=len(written.manifest.tables),
        rows=written.manifest.rows,
        size=written.size,
    )


def print_archive(figures: ArchiveFigures) -> None:
    """The table for docs/reference/performance.md."""
    head = ["tables", "rows", "file", "export (median)", "check", "removal", "import (median)"]
    times = (figures.export, figures.check, figures.removal, figures.restore)
    row = [figures.tables, figures.rows, kilobytes(figures.size), *(milliseconds(seconds) for seconds in times)]
    print_table("Archive: one commune of demonstration size", head, [row])


def _timed(times: list[float], work: Callable[[], T]) -> T:
    began = time.perf_counter()
    result = work()
    times.append(time.perf_counter() - began)
    return result


def _take_on() -> str:
    import yaml
    from rathausplatz.demo.prepare import COMMUNES

    from tenants.communes.actions import CommuneOrder, request_commune
    from tenants.communes.provisioning.steps import provision_commune

    facts = yaml.safe_load(COMMUNES.read_text())[TOWN]["facts"] | {"ars": ""}
    # a run that died may have left the name of another one behind
    mark = secrets.token_hex(3)
    order = CommuneOrder(official_name=f"Messort {mark}, Stadt", slug=f"messort-{mark}", demo=True, facts=facts)
    return provision_commune(run_id=request_commune(order=order, actor=None).pk).commune.schema_name


def _find(schema: str) -> Commune:
    from tenants.communes.queries import find_commune

    return find_commune(schema)


def _remove(schema: str) -> None:
    from tenants.communes.lifecycle.offboarding import begin_offboarding
    from tenants.communes.lifecycle.removal import complete_removal, delete_commune
    from tenants.communes.models import CommuneState
    from tenants.communes.states import change_state

    commune = _find(schema)
    begin_offboarding(commune=commune, actor=None, reason="measured")
    change_state(commune=commune, to=CommuneState.ARCHIVED, actor=None, reason="measured")
    delete_commune(commune=commune, typed_name=commune.name, actor=None, reason="measured")
    complete_removal(commune_id=commune.pk)
