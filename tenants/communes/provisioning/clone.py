"""One SQL script that makes a commune's schema, compiled from the catalogue of the template schema.

Indexes and constraints keep their names (later migrations look for them), columns their collation (Wagtail's tree
needs "C" on `page.path`), identity columns their sequences. Rows are copied inside the server. The script runs in one
round trip; the caller gives the transaction.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

from django.db import connection
from psycopg import sql

from tenants.communes.invalidation import watch
from tenants.communes.isolation.grants import commune_grants, commune_memberships
from tenants.communes.naming import SCHEMA_PATTERN
from tenants.communes.roles import literal, role_of
from tenants.communes.roles import quoted as _q
from tenants.communes.scope import MAIN, owner_scope, public_scope

TEMPLATE_SCHEMA = "commune_template"
# held shared while a schema is made from the template, exclusively while a release changes it
TEMPLATE_LOCK = 0x72705F74706C

_COLUMNS = """
SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity, a.attgenerated,
       CASE WHEN a.attcollation <> t.typcollation THEN co.collname END, pg_get_expr(d.adbin, d.adrelid), s.relname
FROM pg_class c
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
JOIN pg_type t ON t.oid = a.atttypid
LEFT JOIN pg_collation co ON co.oid = a.attcollation
LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
LEFT JOIN pg_depend p ON p.refobjid = c.oid AND p.refobjsubid = a.attnum AND p.deptype = 'i'
     AND p.classid = 'pg_class'::regclass
LEFT JOIN pg_class s ON s.oid = p.objid AND s.relkind = 'S'
WHERE c.relnamespace = %(schema)s::regnamespace AND c.relkind = 'r'
  AND (%(only)s::text[] IS NULL OR c.relname = ANY(%(only)s))
ORDER BY c.relname, a.attnum
"""
_CONSTRAINTS = """
SELECT c.relname, o.conname, o.contype::text, pg_get_constraintdef(o.oid), f.relname
FROM pg_constraint o JOIN pg_class c ON c.oid = o.conrelid LEFT JOIN pg_class f ON f.oid = o.confrelid
WHERE o.connamespace = %(schema)s::regnamespace AND o.contype IN ('p', 'u', 'c', 'x', 'f')
  AND (%(only)s::text[] IS NULL OR c.relname = ANY(%(only)s) AND coalesce(f.relname, c.relname) = ANY(%(only)s))
ORDER BY c.relname, position(o.contype::text in 'puxcf'), o.conname
"""
_INDEXES = """
SELECT pg_get_indexdef(i.indexrelid)
FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
WHERE c.relnamespace = %(schema)s::regnamespace
  AND (%(only)s::text[] IS NULL OR c.relname = ANY(%(only)s))
  AND NOT EXISTS (SELECT 1 FROM pg_constraint o WHERE o.conindid = i.indexrelid AND o.contype IN ('p', 'u', 'x'))
ORDER BY i.indexrelid::regclass::text
"""
# with the table that each belongs to
_COMMENTS = """
SELECT CASE WHEN d.objsubid > 0 THEN 'COLUMN' WHEN c.relkind = 'r' THEN 'TABLE' WHEN c.relkind = 'i' THEN 'INDEX'
       ELSE 'SEQUENCE' END, coalesce(t.relname, c.relname), coalesce(a.attname, c.relname), d.description
FROM pg_class c JOIN pg_description d ON d.objoid = c.oid AND d.classoid = 'pg_class'::regclass
LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = d.objsubid AND d.objsubid > 0
LEFT JOIN pg_index i ON i.indexrelid = c.oid LEFT JOIN pg_class t ON t.oid = i.indrelid
WHERE c.relnamespace = %(schema)s::regnamespace AND c.relkind IN ('r', 'i', 'S')
UNION ALL
SELECT 'CONSTRAINT', c.relname, o.conname, d.description
FROM pg_constraint o JOIN pg_class c ON c.oid = o.conrelid
JOIN pg_description d ON d.objoid = o.oid AND d.classoid = 'pg_constraint'::regclass
WHERE o.connamespace = %(schema)s::regnamespace AND o.contype IN ('p', 'u', 'c', 'x', 'f')
ORDER BY 1, 2, 3
"""
_UNSUPPORTED = """
SELECT 'relation ' || c.relname FROM pg_class c
WHERE c.relnamespace = %(schema)s::regnamespace AND c.relkind NOT IN ('r', 'i', 'S', 't')
UNION ALL
SELECT 'trigger ' || t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
WHERE c.relnamespace = %(schema)s::regnamespace AND NOT t.tgisinternal
UNION ALL
SELECT 'function ' || p.proname FROM pg_proc p WHERE p.pronamespace = %(schema)s::regnamespace
"""


class TemplateError(RuntimeError):
    """The template schema is missing or holds something the compiler does not know."""


class TemplateBusyError(TemplateError):
    """A release changes the template at this moment; a little later it can be cloned again."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column as the catalogue describes it."""

    name: str
    type: str
    not_null: bool
    identity: str
    generated: str
    collation: str | None
    default: str | None
    sequence: str | None


@dataclass(frozen=True, slots=True)
class Constraint:
    """One constraint; `target` is the referenced table of a foreign key."""

    name: str
    kind: str
    definition: str
    target: str | None


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment on a table, or on something of the table `relation`; a sequence stands for itself."""

    kind: str
    relation: str
    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Catalogue:
    """What the template consists of, read in five queries."""

    schema: str
    columns: dict[str, list[Column]]
    constraints: dict[str, list[Constraint]]
    indexes: list[str]
    comments: list[Comment] = field(default_factory=list)


def read_catalogue(schema: str, *, cell: str = MAIN, only: Sequence[str] | None = None) -> Catalogue:
    """Read tables, constraints and indexes of `schema` in a cell; of some tables `only`, without keys to others.

    Raises TemplateError for what can't be cloned.
    """
    # with only pg_catalog in the path, the server qualifies every name of ours
    with owner_scope("pg_catalog", cell=cell), connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_namespace WHERE nspname = %s", [schema])
        if cursor.fetchone() is None:
            raise TemplateError(f"The template schema {schema!r} is missing. Run `rathausplatz migrate`.")
        which = {"schema": schema, "only": None if only is None else list(only)}
        if only is None:
            cursor.execute(_UNSUPPORTED, {"schema": schema})
            if strange := [row[0] for row in cursor.fetchall()]:
                raise TemplateError(f"The template holds what can't be cloned yet: {', '.join(strange)}.")
        columns: dict[str, list[Column]] = {}
        cursor.execute(_COLUMNS, which)
        for table, *rest in cursor.fetchall():
            columns.setdefault(table, []).append(Column(*rest))
        constraints: dict[str, list[Constraint]] = {}
        cursor.execute(_CONSTRAINTS, which)
        for table, *rest in cursor.fetchall():
            constraints.setdefault(table, []).append(Constraint(*rest))
        cursor.execute(_INDEXES, which)
        catalogue = Catalogue(schema, columns, constraints, [row[0] for row in cursor.fetchall()])
        cursor.execute(_COMMENTS, which)
        comments = [Comment(*row) for row in cursor.fetchall()]
    return replace(catalogue, comments=[comment for comment in comments if _is_there(catalogue, comment)])


def structure_script(catalogue: Catalogue, target: str) -> str:
    """The SQL that makes the catalogue's tables, without rows, in the schema `target`, which exists."""
    structure = _structure(catalogue, *_in_dependency_order(catalogue))
    return _renamed(catalogue, target, structure) + _comments(catalogue, target)


def clone_script(catalogue: Catalogue, target: str, *, rows: bool = True) -> str:
    """The whole SQL that makes `target` equal to the template, role and grants included; without `rows`, empty."""
    if not SCHEMA_PATTERN.match(target):
        raise TemplateError(f"{target!r} is not a schema name.")
    order, late = _in_dependency_order(catalogue)
    parts = [f"CREATE SCHEMA {_q(target)}", *_structure(catalogue, order, late)]
    # rows last: their deferred foreign key checks would be pending when a table is altered
    if rows:
        parts += [_copy_rows(catalogue, table) for table in order]
        parts += _sequence_positions(catalogue, target)
    made = _renamed(catalogue, target, parts) + _comments(catalogue, target)
    return made + ";\n" + rights_script(catalogue, target)


def rights_script(catalogue: Catalogue, target: str) -> str:
    """The SQL that gives the role of `target` its memberships, and its rights on the catalogue's relations there."""
    rights = commune_grants(target, tables=catalogue.columns, sequences=_sequences(catalogue))
    return commune_memberships(target) + rights


def _structure(catalogue: Catalogue, order: list[str], late: list[tuple[str, Constraint]]) -> list[str]:
    return [
        *(_create_table(catalogue, table, late) for table in order),
        *(
            f"ALTER TABLE {_q(catalogue.schema)}.{_q(table)} ADD CONSTRAINT {_q(key.name)} {key.definition}"
            for table, key in late
        ),
        *catalogue.indexes,
    ]


def _renamed(catalogue: Catalogue, target: str, parts: list[str]) -> str:
    """The parts as one script. Each mention of the template is qualified; the rows' sources are marked and restored."""
    script = ";\n".join(parts)
    script = script.replace(f"{_q(catalogue.schema)}.", f"{_q(target)}.").replace(
        f"{catalogue.schema}.", f"{_q(target)}."
    )
    return script.replace("\x00source\x00", f"{_q(catalogue.schema)}.")


def _is_there(catalogue: Catalogue, comment: Comment) -> bool:
    """Whether what the comment is on is in the catalogue, which may be of some tables only."""
    if comment.kind == "SEQUENCE":
        return comment.name in _sequences(catalogue)
    if comment.kind == "CONSTRAINT":
        return any(c.name == comment.name for c in catalogue.constraints.get(comment.relation, []))
    return comment.relation in catalogue.columns


def _comments(catalogue: Catalogue, target: str) -> str:
    """What follows the tables' script; "" without comments. Their text stays as it is, whatever schema it names."""
    return "".join(
        f";\nCOMMENT ON {comment.kind} {_commented(comment, _q(target))} IS {sql.Literal(comment.text).as_string()}"
        for comment in catalogue.comments
    )


def _commented(comment: Comment, schema: str) -> str:
    relation, name = f"{schema}.{_q(comment.relation)}", _q(comment.name)
    if comment.kind == "CONSTRAINT":
        return f"{name} ON {relation}"
    if comment.kind == "COLUMN":
        return f"{relation}.{name}"
    return f"{schema}.{name}"


def _in_dependency_order(catalogue: Catalogue) -> tuple[list[str], list[tuple[str, Constraint]]]:
    """Tables so that foreign keys point backwards, and the keys that can't (cycles)."""
    order: list[str] = []
    done: set[str] = set()
    late: list[tuple[str, Constraint]] = []
    waiting = list(catalogue.columns)
    while waiting:
        free = [t for t in waiting if _targets(catalogue, t) <= done | {t}]
        if not free:
            table = min(waiting, key=lambda t: len(_targets(catalogue, t) - done - {t}))
            missing = _targets(catalogue, table) - done - {table}
            late += [(table, c) for c in _foreign_keys(catalogue, table) if c.target in missing]
            free = [table]
        order += free
        done |= set(free)
        waiting = [t for t in waiting if t not in done]
    return order, late


def _foreign_keys(catalogue: Catalogue, table: str) -> list[Constraint]:
    return [c for c in catalogue.constraints.get(table, []) if c.kind == "f"]


def _targets(catalogue: Catalogue, table: str) -> set[str]:
    return {str(c.target) for c in _foreign_keys(catalogue, table)}


def _create_table(catalogue: Catalogue, table: str, late: list[tuple[str, Constraint]]) -> str:
    lines = [_column(catalogue.schema, column) for column in catalogue.columns[table]]
    lines += [
        f"CONSTRAINT {_q(constraint.name)} {constraint.definition}"
        for constraint in catalogue.constraints.get(table, [])
        if (table, constraint) not in late
    ]
    return f"CREATE TABLE {_q(catalogue.schema)}.{_q(table)} (\n  " + ",\n  ".join(lines) + "\n)"


def _column(schema: str, column: Column) -> str:
    words = [_q(column.name), column.type]
    if column.collation:
        words.append(f"COLLATE pg_catalog.{_q(column.collation)}")
    if column.generated:
        words.append(f"GENERATED ALWAYS AS ({column.default}) STORED")
    elif column.identity:
        way = "ALWAYS" if column.identity == "a" else "BY DEFAULT"
        words.append(f"GENERATED {way} AS IDENTITY (SEQUENCE NAME {_q(schema)}.{_q(str(column.sequence))})")
    elif column.default is not None:
        words.append(f"DEFAULT {column.default}")
    if column.not_null:
        words.append("NOT NULL")
    return " ".join(words)


def _copy_rows(catalogue: Catalogue, table: str) -> str:
    names = ", ".join(_q(c.name) for c in catalogue.columns[table] if not c.generated)
    return (
        f"INSERT INTO {_q(catalogue.schema)}.{_q(table)} ({names}) OVERRIDING SYSTEM VALUE "
        f"SELECT {names} FROM \x00source\x00{_q(table)}"
    )


def _sequences(catalogue: Catalogue) -> list[str]:
    return [c.sequence for columns in catalogue.columns.values() for c in columns if c.sequence]


def _sequence_positions(catalogue: Catalogue, target: str) -> list[str]:
    return [
        f"SELECT setval({literal(f'{_q(target)}.{_q(name)}')}, last_value, is_called) FROM \x00source\x00{_q(name)}"
        for name in _sequences(catalogue)
    ]


@watch("releases")
def forget_template(_payload: str) -> None:
    """Read the template again at the next clone."""
    _template.cache_clear()


@lru_cache(maxsize=2)
def _template(level: int, cell: str) -> Catalogue:
    """The template's structure at a level: it changes with a release only."""
    return read_catalogue(TEMPLATE_SCHEMA, cell=cell)


def hold_template() -> int:
    """Keep the template from being changed until the transaction ends, and say its level.

    Raises TemplateBusyError while a release changes it.
    """
    return _hold("(SELECT coalesce(max(level), 0) FROM communes_release)")


def hold_copy_of_template() -> int:
    """The same in another cell, as the owner: the copy of the template there has its level written on it."""
    return _hold("coalesce((SELECT obj_description(oid) FROM pg_namespace WHERE nspname = 'commune_template'), '0')")


def _hold(level_of_template: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT pg_try_advisory_xact_lock_shared(%s), {level_of_template}", [TEMPLATE_LOCK])
        free, level = cursor.fetchone()
    if not free:
        raise TemplateBusyError("The template is being changed by a release. Try again when that is over.")
    return int(level)


def clone_template(target: str, *, level: int, cell: str = MAIN) -> None:
    """Make schema and role from the template, in one round trip. In the owner's scope and a transaction.

    Raises the database's error when the schema exists already.
    """
    script = f"CREATE ROLE {_q(role_of(target))} NOLOGIN INHERIT;\n" + clone_script(_template(level, cell), target)
    with connection.cursor() as cursor:
        cursor.execute(script)
    connection.note_made()  # type: ignore[attr-defined]  # our backend's


def clone_structure(target: str, *, source: str, cell: str = MAIN) -> None:
    """Make schema and role with the tables of `source` and no rows, for rows that come from an archive.

    In the owner's scope and a transaction. `source` is the template or one made for an older level.
    """
    catalogue = _template(hold_template(), cell) if source == TEMPLATE_SCHEMA else read_catalogue(source, cell=cell)
    script = f"CREATE ROLE {_q(role_of(target))} NOLOGIN INHERIT;\n" + clone_script(catalogue, target, rows=False)
    with connection.cursor() as cursor:
        cursor.execute(script)
    connection.note_made()  # type: ignore[attr-defined]  # our backend's


def schema_exists(schema: str, *, cell: str = MAIN) -> bool:
    """Whether the database of a cell has this schema."""
    with public_scope(cell=cell), connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_namespace WHERE nspname = %s", [schema])
        return cursor.fetchone() is not None
