"""SQL injected into a commune's request reads nothing of another (docs/explanation/isolation.md has the threat model).

The view below is the fault that we hope nobody makes: it puts a parameter into a statement by hand.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import clear_url_caches, path

from tenants.accounts.access import public
from tenants.communes.backend.cursors import first_word
from tenants.communes.queries import find_commune
from tenants.communes.roles import role_of
from tenants.communes.scope import commune_scope

pytestmark = pytest.mark.commits


@public
def injectable(request: HttpRequest) -> HttpResponse:
    """Says the names that a hand-made statement finds; `whole` is a statement taken over from the first letter."""
    statements = request.GET.getlist("whole") or [f"SELECT name FROM accounts_user WHERE name = '{request.GET['q']}'"]
    said: list[str] = []
    for statement in statements:
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(statement)
                said.append(repr(cursor.fetchall() if cursor.description else cursor.rowcount))
        except DatabaseError as error:
            said.append(f"refused: {error}")
    return HttpResponse("\n".join(said), content_type="text/plain")


@pytest.fixture
def injected(as_app: str) -> Iterator[Client]:
    """A visitor of Gera's portal, which has the injectable view for the length of a test."""
    from rathausplatz.urls import portal

    pattern = path("injizierbar/", injectable)
    portal.urlpatterns.insert(0, pattern)
    clear_url_caches()
    yield Client(headers={"host": find_commune("gera").ref().primary_host})
    portal.urlpatterns.remove(pattern)
    clear_url_caches()


def said(client: Client, **query: Any) -> str:
    answer = client.get("/injizierbar/", query)
    assert answer.status_code == 200, answer.content
    return answer.content.decode()


def test_the_view_is_injectable_indeed(injected: Client, secret_of_wurzen: str) -> None:
    from tenants.accounts.models import User

    with commune_scope(find_commune("gera").ref()):
        own = User.objects.create_user("person@gera.example", name="Eigene Person")
    assert "Eigene Person" in said(injected, q="x' OR 'a' = 'a")
    with commune_scope(find_commune("gera").ref()):
        own.delete()


IN_A_CONDITION = [
    "x' UNION SELECT name FROM wurzen.accounts_user --",
    "x'; SELECT name FROM wurzen.accounts_user; --",
    'x\'; SET LOCAL ROLE "{wurzen}"; SELECT name FROM wurzen.accounts_user; --',
    "x' UNION SELECT set_config('role', '{wurzen}', true) --",
    "x' UNION SELECT set_config('search_path', 'wurzen', true) --",
    "x' UNION SELECT query_to_xml('SELECT name FROM wurzen.accounts_user', true, false, '')::text --",
    "x' UNION SELECT query_to_xml('SET ROLE \"{wurzen}\"', true, false, '')::text --",
    "x' UNION SELECT table_to_xml('wurzen.accounts_user', true, false, '')::text --",
    "x' UNION SELECT schema_to_xml('wurzen', true, false, '')::text --",
    "x' UNION SELECT database_to_xml(true, false, '')::text --",
    "x' UNION SELECT pg_read_file('/etc/passwd') --",
    "x' UNION SELECT string_agg(f, ',') FROM pg_ls_dir('.') f --",
    "x' UNION SELECT lo_import('/etc/passwd')::text --",
    "x' UNION SELECT lo_from_bytea(0, 'x')::text --",
    "x' UNION SELECT most_common_vals::text FROM pg_stats WHERE schemaname = 'wurzen' --",
    "x' UNION SELECT stavalues1::text FROM pg_statistic --",
    "x' UNION SELECT n_live_tup::text FROM pg_stat_all_tables WHERE schemaname = 'wurzen' --",
    "x' UNION SELECT n_tup_ins::text FROM pg_stat_xact_user_tables WHERE schemaname = 'wurzen' --",
    "x' UNION SELECT idx_scan::text FROM pg_stat_user_indexes WHERE schemaname = 'wurzen' --",
    "x' UNION SELECT heap_blks_read::text FROM pg_statio_all_tables WHERE schemaname = 'wurzen' --",
    "x' UNION SELECT pg_stat_get_live_tuples(oid)::text FROM pg_class WHERE relname = 'accounts_user' --",
    "x' UNION SELECT pg_stat_get_numscans(oid)::text FROM pg_class WHERE relname = 'accounts_user' --",
    "x' UNION SELECT pg_total_relation_size(oid)::text FROM pg_class WHERE relname = 'accounts_user' --",
    "x' UNION SELECT pg_tablespace_size('pg_default')::text --",
    "x' UNION SELECT pg_tablespace_size(oid)::text FROM pg_tablespace --",
    "x' UNION SELECT pg_stat_get_db_tuples_inserted(oid)::text FROM pg_database --",
    "x' UNION SELECT pg_stat_get_db_xact_commit(oid)::text FROM pg_database --",
    "x' UNION SELECT tup_inserted::text FROM pg_stat_database --",
    "x' UNION SELECT pg_table_size(oid)::text FROM pg_class WHERE relname = 'accounts_user' --",
    "x' UNION SELECT pg_relation_size(oid)::text FROM pg_class WHERE relname = 'accounts_user' --",
    "x' UNION SELECT pg_relation_size(oid, 'main')::text FROM pg_class WHERE relname = 'accounts_user' --",
    "x' UNION SELECT pg_indexes_size(oid)::text FROM pg_class WHERE relname = 'accounts_user' --",
    "x' UNION SELECT pg_database_size(current_database())::text --",
    "x' UNION SELECT query FROM pg_stat_activity WHERE query LIKE '%wurzen%' AND pid <> pg_backend_pid() --",
    "x' UNION SELECT passwd FROM pg_shadow --",
    "x' UNION SELECT rolpassword FROM pg_authid --",
    "x' UNION SELECT dblink('dbname=postgres', 'SELECT 1')::text --",
    "x' UNION SELECT domain FROM public.communes_domain --",
    "x' UNION SELECT password FROM public.accounts_user --",
    "x' UNION SELECT pg_terminate_backend(pid)::text FROM pg_stat_activity WHERE pid <> pg_backend_pid() --",
    "x' UNION SELECT (WITH gone AS (DELETE FROM wurzen.accounts_user RETURNING name) SELECT name FROM gone) --",
]
WHOLE = [
    ["RESET ROLE", "SELECT name FROM wurzen.accounts_user"],
    ['SET LOCAL ROLE "{wurzen}"', "SELECT name FROM wurzen.accounts_user"],
    ['/* a */ SET ROLE "{wurzen}"', "SELECT name FROM wurzen.accounts_user"],
    ['-- a\n(SET ROLE "{wurzen}")', "SELECT name FROM wurzen.accounts_user"],
    ['SET SESSION AUTHORIZATION "{wurzen}"', "SELECT name FROM wurzen.accounts_user"],
    ["DO $$ BEGIN EXECUTE 'SET LOCAL ROLE \"{wurzen}\"'; END $$", "SELECT name FROM wurzen.accounts_user"],
    ["COPY wurzen.accounts_user TO STDOUT"],
    ["COPY accounts_user FROM PROGRAM 'id'"],
    ["CREATE FUNCTION f() RETURNS text LANGUAGE sql AS 'SELECT 1'"],
    ["CREATE TEMP TABLE t AS SELECT name FROM wurzen.accounts_user"],
    ["PREPARE p AS SELECT name FROM wurzen.accounts_user", "EXECUTE p"],
    ["DECLARE c CURSOR FOR SELECT name FROM wurzen.accounts_user", "FETCH ALL FROM c"],
    ["ALTER ROLE CURRENT_USER SET search_path = wurzen"],
    ["GRANT SELECT ON accounts_user TO PUBLIC"],
    ["TABLE wurzen.accounts_user"],
    ["COMMIT", "SELECT name FROM wurzen.accounts_user"],
    ["ROLLBACK", "SELECT name FROM wurzen.accounts_user"],
    ["VALUES ((SELECT name FROM wurzen.accounts_user LIMIT 1))"],
    ["EXPLAIN ANALYZE SELECT name FROM wurzen.accounts_user"],
    ["LOCK TABLE wurzen.accounts_user"],
]


@pytest.mark.parametrize("injection", IN_A_CONDITION)
def test_an_injection_into_a_condition_reads_nothing_of_another_commune(
    injected: Client, secret_of_wurzen: str, superuser: Any, injection: str
) -> None:
    answer = said(injected, q=injection.replace("{wurzen}", role_of("wurzen")))
    assert answer.startswith("refused: ") or answer == "[]", answer
    assert secret_of_wurzen not in answer
    assert superuser.execute(
        "SELECT count(*) FROM wurzen.accounts_user WHERE name = %s", [secret_of_wurzen]
    ).fetchone() == (1,)


@pytest.mark.parametrize("statements", WHOLE, ids=lambda statements: statements[0][:40])
def test_a_statement_taken_over_whole_reads_nothing_of_another_commune(
    injected: Client, secret_of_wurzen: str, superuser: Any, statements: list[str]
) -> None:
    answer = said(injected, whole=[each.replace("{wurzen}", role_of("wurzen")) for each in statements])
    assert all(line.startswith(("refused: ", "LINE", " ", "HINT")) for line in answer.splitlines() if line), answer
    assert secret_of_wurzen not in answer
    assert superuser.execute("SELECT to_regclass('gera.t'), to_regproc('gera.f')").fetchone() == (None, None)


def test_the_names_of_other_schemas_are_visible_and_so_no_secret(injected: Client) -> None:
    assert "wurzen" in said(injected, q="x' UNION SELECT nspname FROM pg_namespace --")


@pytest.mark.parametrize(
    ("statement", "word"),
    [
        ("SELECT 1", "SELECT"),
        ("  ((select 1) union (select 2))", "SELECT"),
        ("/* SELECT */ SET ROLE x", "SET"),
        ("-- SELECT\n\t reset role", "RESET"),
        ("/* a */ -- b\n /* c */(DO $$ $$)", "DO"),
        ("", ""),
        ("'SELECT'", ""),
        ("/* /* */ SELECT 1 */ SET ROLE NONE", "SET"),
        ("/* SELECT 1", ""),
    ],
)
def test_the_word_that_decides_is_found_behind_brackets_and_comments(statement: str, word: str) -> None:
    assert first_word(statement) == word


@pytest.mark.parametrize("hidden", ["/* /* */ SELECT 1 */ SET ROLE NONE", "--\rRESET ROLE", "/**/ (\fRESET ROLE"])
def test_a_comment_hides_no_statement(as_app: str, hidden: str) -> None:
    with commune_scope(find_commune("gera").ref()), pytest.raises(DatabaseError, match="no statement about rows"):
        connection.cursor().execute(hidden)
