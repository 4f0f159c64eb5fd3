"""Wherever code runs for a commune, it sees that commune or is refused; through the application's own login."""

from __future__ import annotations

import asyncio
import gc
import threading
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from asgiref.testing import ApplicationCommunicator
from django.conf import settings
from django.core.asgi import get_asgi_application
from django.core.cache import cache
from django.db import DatabaseError, connection, transaction
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.test import Client
from django.urls import clear_url_caches, path

from tenants.accounts.access import public
from tenants.accounts.models import User
from tenants.communes.caching import key_of_commune
from tenants.communes.queries import find_commune
from tenants.communes.scope import (
    NoCommuneError,
    OutsideTransactionError,
    commune_scope,
    current_commune,
    current_scope,
    only_named,
    public_scope,
    require_commune,
)

pytestmark = pytest.mark.commits


def where_am_i() -> str:
    """The schema that the database works in, which only the commune's own transaction can say."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_schema() || ' ' || current_user")
        return str(cursor.fetchone()[0]).split()[0]


@public
def streamed(request: HttpRequest) -> StreamingHttpResponse:
    """Asks the database while the answer is being sent; the queryset is made in the view and evaluated later."""
    people = User.objects.order_by("pk")

    def parts() -> Iterator[str]:
        yield f"{where_am_i()};"
        for person in people:
            yield f"{person.name};"
        yield where_am_i()

    return StreamingHttpResponse(parts(), content_type="text/plain")


@public
def breaking(request: HttpRequest) -> StreamingHttpResponse:
    """Fails in the middle of its answer."""

    def parts() -> Iterator[str]:
        yield where_am_i()
        raise LookupError

    return StreamingHttpResponse(parts(), content_type="text/plain")


@public
async def asynchronous(request: HttpRequest) -> HttpResponse:
    """Asks by the asynchronous ORM, and in threads of its own."""
    names = [person.name async for person in User.objects.order_by("pk")]
    return HttpResponse(f"{await sync_to_async(where_am_i)()} {require_commune().schema} {names}")


@public
async def streamed_async(request: HttpRequest) -> StreamingHttpResponse:
    """Streams asynchronously; a transaction is opened where the database is asked."""

    def asked() -> str:
        with transaction.atomic():
            return where_am_i()

    async def parts() -> AsyncIterator[str]:
        yield f"{await sync_to_async(asked)()};"
        try:
            await sync_to_async(where_am_i)()
        except OutsideTransactionError:
            yield "refused"

    return StreamingHttpResponse(parts(), content_type="text/plain")


@pytest.fixture
def views(as_app: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The views above on every portal, for the length of a test."""
    # the threads of asynchronous requests end with them, and so must their connections
    monkeypatch.setitem(settings.DATABASES["default"], "CONN_MAX_AGE", 0)
    from rathausplatz.urls import portal

    made = [path(f"probe/{view.__name__}/", view) for view in (streamed, breaking, asynchronous, streamed_async)]
    portal.urlpatterns[:0] = made
    clear_url_caches()
    yield
    for pattern in made:
        portal.urlpatterns.remove(pattern)
    clear_url_caches()


async def ask(host: str, at: str) -> str:
    """The whole answer of Django's ASGI application to a GET."""
    scope = {"type": "http", "http_version": "1.1", "method": "GET", "path": at, "query_string": b""}
    talk = ApplicationCommunicator(get_asgi_application(), scope | {"headers": [(b"host", host.encode())]})
    await talk.send_input({"type": "http.request", "body": b"", "more_body": False})
    start = await talk.receive_output(timeout=20)
    assert start["status"] == 200, start
    body = b""
    while True:
        part = await talk.receive_output(timeout=20)
        body += part.get("body", b"")
        if not part.get("more_body"):
            await talk.wait(timeout=20)  # for the end of the request, which closes what it opened
            return body.decode()


def portal_of(name: str) -> Client:
    return Client(headers={"host": find_commune(name).ref().primary_host})


def test_a_streamed_answer_asks_in_its_own_commune_after_the_view_has_returned(
    views: None, secret_of_wurzen: str
) -> None:
    own = portal_of("wurzen").get("/probe/streamed/")
    other = portal_of("gera").get("/probe/streamed/")
    begun = [iter(own.streaming_content), iter(other.streaming_content)]
    said = ["", ""]
    for _turn in range(3):  # two answers are sent in turns by one thread
        for number, parts in enumerate(begun):
            said[number] += next(parts, b"").decode()
    assert said == [f"wurzen;{secret_of_wurzen};wurzen", "gera;gera"]
    assert current_commune() is None
    assert not connection.in_atomic_block


def test_a_streamed_answer_that_breaks_leaves_nothing_behind(views: None) -> None:
    parts = portal_of("gera").get("/probe/breaking/").streaming_content
    assert next(iter(parts)) == b"gera"
    with pytest.raises(LookupError):
        next(iter(parts))
    assert current_commune() is None
    assert not connection.in_atomic_block


def test_async_views_ask_in_their_own_commune_however_they_interleave(views: None, secret_of_wurzen: str) -> None:
    hosts = {name: find_commune(name).ref().primary_host for name in ("gera", "wurzen")}

    async def visit(name: str) -> tuple[str, str]:
        return name, await ask(hosts[name], "/probe/asynchronous/")

    async def all_at_once() -> list[tuple[str, str]]:
        return await asyncio.gather(*(visit(name) for name in ["gera", "wurzen"] * 10))

    answers = asyncio.run(all_at_once())
    gc.collect()
    for name, said in answers:
        assert said.startswith(f"{name} {name} ")
        assert (secret_of_wurzen in said) == (name == "wurzen")


def test_an_async_stream_is_refused_outside_a_transaction_of_its_own(views: None) -> None:
    host = find_commune("gera").ref().primary_host
    answer = asyncio.run(ask(host, "/probe/streamed_async/"))
    gc.collect()
    assert answer == "gera;refused"


def test_work_after_the_commit_sees_the_commune_but_needs_its_own_transaction(as_app: str) -> None:
    seen: list[object] = []

    def afterwards() -> None:
        seen.append(current_scope().schema)
        with pytest.raises(OutsideTransactionError):
            User.objects.count()
        with transaction.atomic():
            seen.append(where_am_i())

    with commune_scope(find_commune("gera").ref()):
        transaction.on_commit(afterwards)
    assert seen == ["gera", "gera"]


def test_a_follow_up_works_for_the_commune_it_was_registered_for_though_the_outer_scope_commits(as_app: str) -> None:
    gera, seen = find_commune("gera").ref(), []

    def afterwards() -> None:
        seen.append((current_scope(), key_of_commune("what-follows", "", 1)))
        # tells all processes, in a transaction of its own
        cache.delete("what-follows")

    with public_scope(), transaction.atomic():
        with commune_scope(gera):
            transaction.on_commit(afterwards)
            inside = current_scope()
        assert seen == []
    assert seen == [(inside, f"{gera.schema}::1:what-follows")]
    assert current_commune() is None


def test_a_rolled_back_savepoint_changes_neither_schema_nor_role(as_app: str) -> None:
    gera, wurzen = (find_commune(name).ref() for name in ("gera", "wurzen"))
    with commune_scope(gera):
        for _turn in range(3):
            with pytest.raises(DatabaseError), commune_scope(wurzen):
                connection.cursor().execute("SELECT 1/0")
            assert where_am_i() == "gera"
            with transaction.atomic():
                with commune_scope(wurzen):
                    assert where_am_i() == "wurzen"
                transaction.set_rollback(True)
            assert where_am_i() == "gera"


def test_a_cursor_and_a_queryset_kept_from_one_commune_work_in_the_present_one(
    as_app: str, secret_of_wurzen: str
) -> None:
    gera, wurzen = (find_commune(name).ref() for name in ("gera", "wurzen"))
    with commune_scope(wurzen):
        kept, people = connection.cursor(), User.objects.filter(name=secret_of_wurzen)
        assert people.count() == 1
        with commune_scope(gera):
            kept.execute("SELECT current_schema()")
            assert kept.fetchone() == ("gera",)
            assert list(people.all()) == []


def test_threads_enter_and_leave_communes_without_touching_each_other(as_app: str) -> None:
    refs = [find_commune(name).ref() for name in ("gera", "wurzen")]
    wrong: list[str] = []
    start = threading.Barrier(6)

    def work(number: int) -> None:
        start.wait()
        for turn in range(30):
            outer, inner = refs[(number + turn) % 2], refs[(number + turn + 1) % 2]
            with commune_scope(outer):
                with commune_scope(inner), public_scope():
                    pass
                if (found := where_am_i()) != outer.schema:
                    wrong.append(found)
        connection.close()

    threads = [threading.Thread(target=work, args=[number]) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_a_schema_that_is_missing_raises_even_if_its_role_is_there(as_app: str, superuser: Any) -> None:
    from tenants.communes.roles import communes_role, quoted, role_of

    gone = replace(find_commune("gera").ref(), schema="nowhere")
    superuser.execute(f"CREATE ROLE {quoted(role_of('nowhere'))}")
    superuser.execute(f"GRANT {quoted(role_of('nowhere'))} TO {quoted(communes_role())}")
    try:
        with pytest.raises(DatabaseError, match='schema "nowhere" does not exist'), commune_scope(gone):
            connection.cursor().execute("SELECT 1")
    finally:
        superuser.execute(f"DROP ROLE {quoted(role_of('nowhere'))}")


def test_what_needs_a_commune_raises_outside_of_any(as_app: str) -> None:
    with pytest.raises(NoCommuneError):
        require_commune()
    with only_named(find_commune("gera").ref()), pytest.raises(OutsideTransactionError):
        User.objects.count()


def test_the_switch_travels_with_the_beginning_of_the_transaction(as_app: str) -> None:
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as asked, commune_scope(find_commune("gera").ref()):
        User.objects.count()
        User.objects.count()
    said = [query["sql"] for query in asked]
    assert [sql.startswith("BEGIN; SET LOCAL ROLE") for sql in said if "SET LOCAL" in sql][-1]
    assert sum("SET LOCAL ROLE" in sql and '"gera"' in sql for sql in said) == 1
