"""A commune of another cell is served from that cell's PostgreSQL, by code that knows nothing of cells."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest
from django.test import Client

pytestmark = pytest.mark.commits


def has_schema(admin: psycopg.Connection, schema: str) -> bool:
    return admin.execute("SELECT 1 FROM pg_namespace WHERE nspname = %s", [schema]).fetchone() is not None


def test_its_data_is_in_the_second_server_and_not_in_the_first(
    jena: Any, main_admin: psycopg.Connection, east_admin: psycopg.Connection
) -> None:
    assert has_schema(east_admin, jena.schema)
    assert not has_schema(main_admin, jena.schema)


def test_its_portal_answers_like_that_of_the_main_cell(jena: Any, gera: Any) -> None:
    pages = [Client(headers={"host": commune.primary_host}).get("/anliegen/") for commune in (jena, gera)]
    assert [page.status_code for page in pages] == [200, 200]
