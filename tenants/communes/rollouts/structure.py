"""What a schema consists of, as lines of text that are equal where two schemas are.

Columns, constraints, indexes and sequences with their definitions, and the comments on them, without the schema's own
name. Compared by digest in the server, so that a schema that is as it should be sends one line.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection

from tenants.communes.cells import MAIN
from tenants.communes.scope import owner_scope

# so many schemas a statement: the server sorts their lines in memory
SCHEMAS_AT_ONCE = 200

# a CHECK that was read and written again has its casts and brackets elsewhere; where says nothing
_PLAIN = r"""regexp_replace(replace(replace({text}, quote_ident(n.nspname) || '.', ''), n.nspname || '.', ''),
    '::(character varying|text)(\[\])?|[()]', '', 'g')"""
_LINES = f"""
WITH n AS (SELECT oid, nspname FROM pg_namespace WHERE nspname = ANY(%(schemas)s)),
lines (schema_name, line) AS (
  SELECT n.nspname, concat_ws(' ', 'column', c.relname || '.' || a.attname, format_type(a.atttypid, a.atttypmod),
      CASE WHEN a.attnotnull THEN 'not null' END, 'identity ' || nullif(a.attidentity::text, ''),
      'generated ' || nullif(a.attgenerated::text, ''),
      'collate ' || CASE WHEN a.attcollation <> t.typcollation THEN co.collname END,
      'default ' || {_PLAIN.format(text="pg_get_expr(d.adbin, d.adrelid)")})
  FROM n JOIN pg_class c ON c.relnamespace = n.oid AND c.relkind IN ('r', 'p')
  JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
  JOIN pg_type t ON t.oid = a.atttypid
  LEFT JOIN pg_collation co ON co.oid = a.attcollation
  LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
  UNION ALL
  SELECT n.nspname, concat_ws(' ', 'constraint', c.relname || '.' || o.conname,
      {_PLAIN.format(text="pg_get_constraintdef(o.oid)")}, CASE WHEN NOT o.convalidated THEN 'not valid' END)
  FROM n JOIN pg_constraint o ON o.connamespace = n.oid AND o.contype IN ('p', 'u', 'c', 'x', 'f')
  JOIN pg_class c ON c.oid = o.conrelid
  UNION ALL
  SELECT n.nspname, concat_ws(' ', 'index', c.relname, {_PLAIN.format(text="pg_get_indexdef(i.indexrelid)")},
      CASE WHEN NOT i.indisvalid THEN 'not valid' END)
  FROM n JOIN pg_class c ON c.relnamespace = n.oid JOIN pg_index i ON i.indrelid = c.oid
  UNION ALL
  SELECT n.nspname, concat_ws(' ', CASE c.relkind WHEN 'S' THEN 'sequence' WHEN 'r' THEN 'table' ELSE 'relation' END,
      c.relname)
  FROM n JOIN pg_class c ON c.relnamespace = n.oid AND c.relkind NOT IN ('i', 't')
  UNION ALL
  SELECT n.nspname, concat_ws(' ', 'comment on', c.relname || coalesce('.' || a.attname, '') || ':', d.description)
  FROM n JOIN pg_class c ON c.relnamespace = n.oid
  JOIN pg_description d ON d.objoid = c.oid AND d.classoid = 'pg_class'::regclass
  LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = d.objsubid AND d.objsubid > 0
  UNION ALL
  SELECT n.nspname, concat_ws(' ', 'comment on constraint', c.relname || '.' || o.conname || ':', d.description)
  FROM n JOIN pg_constraint o ON o.connamespace = n.oid AND o.contype IN ('p', 'u', 'c', 'x', 'f')
  JOIN pg_class c ON c.oid = o.conrelid
  JOIN pg_description d ON d.objoid = o.oid AND d.classoid = 'pg_constraint'::regclass
)
"""
_DIGESTS = (
    _LINES
    + """
SELECT schema_name, md5(string_agg(line, E'\\n' ORDER BY line COLLATE "C")) FROM lines GROUP BY schema_name
"""
)


def structure_digests(schemas: Sequence[str], *, cell: str = MAIN) -> dict[str, str]:
    """One digest for each schema of a cell that exists: equal digests, equal structure."""
    digests: dict[str, str] = {}
    for begin in range(0, len(schemas), SCHEMAS_AT_ONCE):
        digests |= dict(_ask(_DIGESTS, schemas[begin : begin + SCHEMAS_AT_ONCE], cell))
    return digests


def structure_of(schema: str, *, cell: str = MAIN) -> set[str]:
    """What one schema consists of, a line each."""
    return {line for _schema, line in _ask(_LINES + "SELECT schema_name, line FROM lines", [schema], cell)}


def differences(schema: str, template: str, *, cell: str = MAIN) -> list[str]:
    """What a schema lacks or has too much, compared with another of its cell, in words."""
    here, there = structure_of(schema, cell=cell), structure_of(template, cell=cell)
    missing = [f"lacks {line}" for line in sorted(there - here)]
    return missing + [f"has on its own {line}" for line in sorted(here - there)]


def _ask(statement: str, schemas: Sequence[str], cell: str) -> list[tuple[str, str]]:
    # with only pg_catalog in the path the server qualifies every name of ours, and the schema's is taken out again
    with owner_scope("pg_catalog", cell=cell), connection.cursor() as cursor:
        cursor.execute(statement, {"schemas": list(schemas)})
        return list(cursor.fetchall())
