"""What the fleet weighs in the database: catalogues, bytes on disk, and what dumping one schema of it takes.

Everything in PostgreSQL that looks at the whole catalogue grows with all communes' tables; `pg_dump` of a single schema
is the operator's everyday case of it.
"""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path

import psycopg

from infra.bench.report import print_table

WEIGHTS = """
SELECT (SELECT count(*) FROM pg_class),
       (SELECT sum(pg_total_relation_size(oid)) FROM pg_class
         WHERE relnamespace = 'pg_catalog'::regnamespace AND relkind = 'r' AND NOT relisshared),
       pg_database_size(current_database()),
       (SELECT setting FROM pg_config WHERE name = 'BINDIR')
"""


def measure_weight(schemas: list[str]) -> None:
    """Print what `schemas`, all communes of the fleet, weigh together, and how long `pg_dump` needs for the last.

    The server's own `pg_dump` is used, so the server must run on this machine.
    """
    with psycopg.connect(os.environ["DATABASE_ADMIN_URL"], autocommit=True) as admin:
        row = admin.execute(WEIGHTS).fetchone()
    if row is None:
        raise RuntimeError("The server does not say what its catalogues weigh.")
    relations, catalogues, database, programs = row
    dump = _dump(Path(programs), schemas[-1])
    head = ["communes", "rows in pg_class", "system catalogues", "database", "pg_dump of one schema"]
    cells = [len(schemas), f"{relations:,}", _megabytes(int(catalogues)), _megabytes(database), f"{dump:.1f} s"]
    print_table("What the fleet weighs", head, [cells])


def _dump(programs: Path, schema: str) -> float:
    """Seconds of `pg_dump --schema`, its output thrown away."""
    command = [str(programs / "pg_dump"), f"--schema={schema}", "--dbname", os.environ["DATABASE_ADMIN_URL"]]
    began = time.perf_counter()
    done = subprocess.run(  # noqa: S603
        command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    if done.returncode:
        raise RuntimeError(f"pg_dump failed: {done.stderr[-2000:]}")
    return time.perf_counter() - began


def _megabytes(size: int) -> str:
    return f"{size / 1_000_000:,.0f} MB"
