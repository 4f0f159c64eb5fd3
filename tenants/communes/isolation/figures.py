"""Sizes and row counts: PostgreSQL tells them of every table, of its databases and disks to everybody.

A commune's belong to nobody else, and how much all of them do together is the operator's affair.
"""

from __future__ import annotations

import psycopg
from psycopg import sql

# the views of the statistics of tables, indexes and sequences, under the names of all versions
_VIEWS = """
SELECT c.oid::regclass::text FROM pg_class c
WHERE c.relnamespace = 'pg_catalog'::regnamespace AND c.relkind = 'v'
  AND c.relname ~ '^pg_stat(io)?_((xact_)?(all|sys|user)_(tables|indexes|sequences)|database(_conflicts)?)$'
  AND has_table_privilege('public', c.oid, 'SELECT') ORDER BY 1
"""
# sizes, and what those views ask of one relation, or of the database as a whole
_FUNCTIONS = """
SELECT p.oid::regprocedure::text FROM pg_proc p
WHERE p.pronamespace = 'pg_catalog'::regnamespace AND (
    p.proname IN (
        'pg_relation_size', 'pg_table_size', 'pg_indexes_size', 'pg_total_relation_size', 'pg_database_size',
        'pg_tablespace_size'
    )
    OR p.proname ~ '^pg_stat_get_' AND p.proargtypes::text = '26'
    AND p.proname !~ '^pg_stat_get_(subscription|(xact_)?function)_?'
) AND has_function_privilege('public', p.oid, 'EXECUTE') ORDER BY 1
"""
# PostgreSQL's own role for those who watch a server
WATCHER = "pg_monitor"


def figures_open_to_all(admin: psycopg.Connection) -> list[str]:
    """The functions and views by which everybody may ask how large a table of anybody is. Reads only."""
    return [name for question in (_FUNCTIONS, _VIEWS) for (name,) in admin.execute(question).fetchall()]


def revoke_figures(admin: psycopg.Connection) -> None:
    """Take them from everybody but who watches the server. Only a superuser can; for others it changes nothing."""
    watcher = sql.Identifier(WATCHER)
    for question, right, kind in ((_FUNCTIONS, "EXECUTE", "FUNCTION"), (_VIEWS, "SELECT", "TABLE")):
        # as PostgreSQL writes them: quoted where need be
        names = sql.SQL(", ").join(sql.SQL(name) for (name,) in admin.execute(question).fetchall())
        if not names.as_string(admin):
            continue
        what = sql.SQL(f"{right} ON {kind} ")  # type: ignore[arg-type]
        admin.execute(sql.SQL("GRANT {}{} TO {}").format(what, names, watcher))
        admin.execute(sql.SQL("REVOKE {}{} FROM PUBLIC").format(what, names))
