"""Rows of a whole schema: carried from one server to another, and compared."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from psycopg import sql

from tenants.communes.backend.introspection import RELATIONS_OF
from tenants.communes.cells.servers import Admin
from tenants.communes.provisioning.clone import Catalogue

# the order of rows doesn't matter, each counts with 64 bits of its digest
_TABLE = """SELECT {name}, count(*), coalesce(sum(('x' || left(md5(row::text), 16))::bit(64)::bigint), 0)::text
FROM {table} AS row"""
_COUNT = "SELECT {name}, count(*), '' FROM {table} AS row"
_SHAPE = f"""
SELECT c.relname, array_agg(concat_ws(' ', a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity)
                            ORDER BY a.attnum)
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE c.oid IN ({RELATIONS_OF}) AND c.relkind = 'r'
GROUP BY c.relname
"""
_SEQUENCE = "SELECT {name}, last_value, is_called FROM {sequence}"


@dataclass(frozen=True, slots=True)
class Contents:
    """What a schema holds: number of rows and a digest per table, and where its sequences stand."""

    tables: dict[str, tuple[int, str]]
    sequences: dict[str, tuple[int, bool]]

    @property
    def rows(self) -> int:
        """All rows."""
        return sum(count for count, _digest in self.tables.values())


def sequences_of(catalogue: Catalogue) -> list[str]:
    """The sequences of its identity columns."""
    return [str(c.sequence) for columns in catalogue.columns.values() for c in columns if c.sequence]


def contents_of(admin: Admin, catalogue: Catalogue, *, digests: bool = True) -> Contents:
    """Count and digest a schema's rows in one statement, and read its sequences in another."""
    tables = {
        str(name): (int(str(count)), str(digest))
        for name, count, digest in _union(admin, _TABLE if digests else _COUNT, catalogue, list(catalogue.columns))
    }
    return Contents(tables, sequence_positions(admin, catalogue))


def sequence_positions(admin: Admin, catalogue: Catalogue) -> dict[str, tuple[int, bool]]:
    """Last value and whether it was given out, per sequence."""
    found = _union(admin, _SEQUENCE, catalogue, sequences_of(catalogue))
    return {str(name): (int(str(last)), bool(called)) for name, last, called in found}


def _union(admin: Admin, question: str, catalogue: Catalogue, names: list[str]) -> list[tuple[object, ...]]:
    if not names:
        return []
    parts = []
    for name in names:
        place = sql.Identifier(catalogue.schema, name)
        parts.append(sql.SQL(question).format(name=sql.Literal(name), table=place, sequence=place))  # type: ignore[arg-type]
    return admin.execute(sql.SQL(" UNION ALL ").join(parts)).fetchall()


def contents_of_both(source: Admin, target: Admin, catalogue: Catalogue, *, digests: bool) -> tuple[Contents, Contents]:
    """The contents of the same schema in two cells, asked at the same time."""
    with ThreadPoolExecutor(max_workers=2) as pool:
        here, there = pool.map(lambda admin: contents_of(admin, catalogue, digests=digests), (source, target))
    return here, there


def shape_of(admin: Admin, schema: str) -> dict[str, list[str]]:
    """A schema's tables and their columns, in words that every version of PostgreSQL uses.

    Found by index: reading all of a catalogue with a thousand communes would take longer than a window may last.
    """
    return {str(table): columns for table, columns in admin.execute(_SHAPE, [schema]).fetchall()}  # type: ignore[misc]


def carry_rows(source: Admin, target: Admin, catalogue: Catalogue) -> None:
    """COPY every table from one server to the other, as text, which every version reads. `target` is in a transaction.

    For a superuser keys are not checked again: the source has checked them. For others they are, at the end.
    """
    unchecked = target.info.parameter_status("is_superuser") == "on"
    if unchecked:
        target.execute("SET LOCAL session_replication_role = replica")
    for table, columns in catalogue.columns.items():
        names = sql.SQL(", ").join(sql.Identifier(c.name) for c in columns if not c.generated)
        place = sql.Identifier(catalogue.schema, table)
        out = sql.SQL("COPY {} ({}) TO STDOUT").format(place, names)
        into = sql.SQL("COPY {} ({}) FROM STDIN").format(place, names)
        with source.cursor().copy(out) as reading, target.cursor().copy(into) as writing:
            for block in reading:
                writing.write(block)
    if unchecked:
        target.execute("SET LOCAL session_replication_role = origin")


def carry_sequences(source: Admin, target: Admin, catalogue: Catalogue) -> None:
    """Set every sequence of the target to where the source's stands; replication doesn't carry them. May run twice."""
    positions = sequence_positions(source, catalogue)
    parts = [
        sql.SQL("setval({}::regclass, {}, {})").format(
            sql.Literal(sql.Identifier(catalogue.schema, name).as_string(target)),
            sql.Literal(last),
            sql.Literal(called),
        )
        for name, (last, called) in positions.items()
    ]
    if parts:
        target.execute(sql.SQL("SELECT ") + sql.SQL(", ").join(parts))
