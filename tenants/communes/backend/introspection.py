"""Looking at one schema alone: what `public` or another commune has is not there.

Django asks `pg_table_is_visible` of every row in pg_class, four times a migration: with a thousand communes that is
most of the time. A schema's relations are found by the catalogue's own record of dependencies, which has an index.
"""

from __future__ import annotations

from typing import Any

from django.db.backends.base.introspection import TableInfo
from django.db.backends.postgresql.introspection import DatabaseIntrospection

# the relations of the schema %s, by index
RELATIONS_OF = """
SELECT d.objid FROM pg_depend d
WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_namespace'::regclass
  AND d.refobjid = (SELECT oid FROM pg_namespace WHERE nspname = %s)
"""
_TABLES = f"""
SELECT c.relname, CASE WHEN c.relispartition THEN 'p' WHEN c.relkind IN ('m', 'v') THEN 'v' ELSE 't' END
FROM pg_class c WHERE c.oid IN ({RELATIONS_OF}) AND c.relkind IN ('f', 'm', 'p', 'r', 'v')
"""


class SchemaIntrospection(DatabaseIntrospection):
    """Answers for the scope's schema only, whatever else the search path names."""

    connection: Any

    def get_table_list(self, cursor: Any) -> list[TableInfo]:
        cursor.execute(_TABLES, [self.connection.schema_name])
        return [TableInfo(*row) for row in cursor.fetchall() if row[0] not in self.ignored_tables]

    def get_table_description(self, cursor: Any, table_name: str) -> Any:
        with self.connection.only_own_schema():
            return super().get_table_description(cursor, table_name)

    def get_sequences(self, cursor: Any, table_name: str, table_fields: Any = ()) -> Any:
        with self.connection.only_own_schema():
            return super().get_sequences(cursor, table_name, table_fields)

    def get_relations(self, cursor: Any, table_name: str) -> Any:
        with self.connection.only_own_schema():
            return super().get_relations(cursor, table_name)

    def get_constraints(self, cursor: Any, table_name: str) -> Any:
        with self.connection.only_own_schema():
            return super().get_constraints(cursor, table_name)
