"""What a request gets whose database failed it, and what becomes of what it wrote."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from django.db import IntegrityError, InterfaceError, OperationalError, connection
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from tenants.accounts.models import User
from tenants.communes.away import REFUSED, is_away
from tenants.communes.middleware import IS_WAITED_FOR, HostMiddleware, RollbackMiddleware
from tenants.communes.scope import commune_scope

pytestmark = pytest.mark.commits
View = Callable[[HttpRequest], HttpResponse]


def ask(gera: Any, view: View, method: str = "post", path: str = "/anliegen/", **meta: Any) -> HttpResponse:
    """A request to Gera's portal that `view` answers, with all that stands around views of ours."""
    inner = RollbackMiddleware(view)

    def guarded(request: Any) -> Any:
        try:
            return inner(request)
        except Exception as error:
            answer = inner.process_exception(request, error)
            if answer is None:
                raise
            return answer

    request = getattr(RequestFactory(headers={"host": gera.primary_host}), method)(path, **meta)
    return HostMiddleware(guarded)(request)  # type: ignore[arg-type,return-value]


def write(_request: HttpRequest) -> HttpResponse:
    User.objects.create(email="geschrieben@gera.example")
    return HttpResponse("ja")


def is_written(gera: Any) -> bool:
    with commune_scope(gera):
        found = User.objects.filter(email="geschrieben@gera.example")
        there = found.exists()
        found.delete()
    return there


@pytest.mark.parametrize("error", [OperationalError("weg"), InterfaceError("zu"), psycopg.OperationalError("weg")])
def test_a_view_whose_database_went_away_is_answered_with_the_commune_s_page(gera: Any, error: Exception) -> None:
    def fail(request: HttpRequest) -> HttpResponse:
        write(request)
        raise error

    answer = ask(gera, fail)
    text = answer.content.decode()
    assert (answer.status_code, answer["Retry-After"]) == (503, "30")
    assert "Das Portal von Gera" in text
    assert "noch nicht gespeichert" in text
    assert not is_written(gera)


def test_a_fault_of_ours_stays_one(gera: Any) -> None:
    def fail(_request: HttpRequest) -> HttpResponse:
        raise IntegrityError("doppelt")

    with pytest.raises(IntegrityError):
        ask(gera, fail)


def test_a_real_loss_in_the_middle_of_a_view_is_answered_too(gera: Any) -> None:
    def lose(request: HttpRequest) -> HttpResponse:
        write(request)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            (pid,) = cursor.fetchone()
        with psycopg.connect(**connection.get_connection_params() | {"cursor_factory": None}) as other:
            other.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
        return HttpResponse(str(User.objects.count()))

    assert ask(gera, lose).status_code == 503
    assert not is_written(gera)
    assert ask(gera, write).status_code == 200
    assert is_written(gera)


def test_programs_get_json(gera: Any) -> None:
    answer = ask(gera, write, path="/api/v1/documents", **{REFUSED: "1"})
    assert (answer.status_code, answer["Content-Type"]) == (503, "application/json")
    assert not is_written(gera)


def test_what_nobody_waits_for_any_more_is_not_stored(gera: Any) -> None:
    assert ask(gera, write, **{IS_WAITED_FOR: lambda: True}).status_code == 200
    assert is_written(gera)
    ask(gera, write, **{IS_WAITED_FOR: lambda: False})
    assert not is_written(gera)


def test_only_what_says_so_is_due_to_the_database() -> None:
    caused = ValueError("Satz")
    caused.__cause__ = OperationalError("weg")
    assert [is_away(error) for error in (OperationalError(), caused, ValueError(), None)] == [True, True, False, False]
