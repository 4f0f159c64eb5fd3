"""Logs and Sentry name the commune and never a person."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import sentry_sdk
import structlog
from django.db import DataError, IntegrityError, connection, transaction
from django.test import Client, RequestFactory
from rathausplatz.observability import add_scope, current_request, start_sentry, user_kind

from tenants.accounts.models import User
from tenants.communes.scope import commune_scope
from tenants.communes.tasks import commune_task
from tests.servers.sentry import SentryServer


def test_a_log_line_carries_the_commune(gera: Any) -> None:
    with commune_scope(gera):
        inside = add_scope(None, "info", {"event": "x"})
    assert inside["commune"] == "gera"
    assert add_scope(None, "info", {"event": "x"})["commune"] == "public"


def test_a_log_line_carries_the_kind_of_user_and_costs_no_query(
    gera: Any, portal: Any, django_assert_num_queries: Any
) -> None:
    assert user_kind() == "system"
    request = RequestFactory().get("/")
    token = current_request.set(request)
    try:
        with django_assert_num_queries(0):
            assert user_kind() == "anonymous"
            request.COOKIES["portal_session"] = "abc"
            assert user_kind() == "unknown"
            request._cached_user = User(kind="staff")
            assert user_kind() == "staff"
    finally:
        current_request.reset(token)


def divide_by_zero() -> float:
    return 1 / 0


def test_sentry_learns_the_commune_but_not_the_person(gera: Any) -> None:
    address = "@".join(["marta", "example.org"])  # not a literal: Sentry is sent the lines of code
    with SentryServer() as sentry:
        start_sentry(dsn=sentry.dsn, release="test")
        try:
            with commune_scope(gera):
                sentry_sdk.set_user({"email": address})
                with pytest.raises(ZeroDivisionError) as failed:
                    divide_by_zero()
                sentry_sdk.capture_exception(failed.value)
            sentry_sdk.flush(timeout=10)
            assert sentry.arrived.wait(10)
        finally:
            sentry_sdk.init()
    event = sentry.events[0]
    assert event["tags"]["commune"] == "gera"
    assert address not in json.dumps(event)


# no literals where they are used: tracebacks show lines of code
PERSON, NAME = "@".join(["marta", "gera.example"]), "Marta Beispiel"


class Said:
    """What reaches the log, as the log's own formatter writes it."""

    def __init__(self) -> None:
        self.stream = io.StringIO()

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.stream.getvalue().splitlines()]


@pytest.fixture
def said() -> Iterator[Said]:
    """Listens beside the handler of the settings, with its formatter."""
    root, kept = logging.getLogger(), Said()
    (ours,) = [one for one in root.handlers if isinstance(one.formatter, structlog.stdlib.ProcessorFormatter)]
    handler = logging.StreamHandler(kept.stream)
    handler.setFormatter(ours.formatter)
    root.addHandler(handler)
    yield kept
    root.removeHandler(handler)


def register_twice() -> None:
    """PostgreSQL refuses the second, and names her in its DETAIL."""
    for _time in range(2):
        with transaction.atomic():
            User.objects.create_user(PERSON, name=NAME)


def register_twice_in_a_task() -> None:
    register_twice()


def fail_to_register(commune: Any) -> IntegrityError:
    with commune_scope(commune), pytest.raises(IntegrityError) as failed:
        register_twice()
    assert PERSON in str(failed.value)
    return failed.value


def test_a_log_line_says_of_a_database_error_all_but_the_row(gera: Any, said: Said) -> None:
    try:
        raise LookupError(f"not registered: {fail_to_register(gera)}") from fail_to_register(gera)
    except LookupError:
        structlog.get_logger("tests").exception("registering.failed", reason="why")
    (line,) = said.lines
    assert "marta" not in json.dumps(line).lower()
    text = line["exception"]
    assert "psycopg.errors.UniqueViolation: duplicate key value violates unique constraint" in text
    assert "django.db.utils.IntegrityError: duplicate key value" in text
    assert "(23505 accounts_user_" in text
    assert "in register_twice" in text
    assert text.count("Traceback (most recent call last):") == 3
    assert text.count("was the direct cause of") == 2
    assert "LookupError: not registered: duplicate key value" in text
    assert line["reason"] == "why"


def test_a_value_that_could_not_be_read_stays_out_of_the_log(gera: Any, said: Said) -> None:
    with commune_scope(gera), pytest.raises(DataError) as failed, transaction.atomic():
        connection.cursor().execute("SELECT %s::text::integer", [PERSON])
    logging.getLogger("tests").error("It said %r", failed.value, exc_info=failed.value)
    (line,) = said.lines
    assert "marta" not in json.dumps(line).lower()
    assert 'invalid input syntax for type integer: "…" (22P02)' in line["exception"]
    assert line["event"].startswith("It said DataError: invalid input syntax")


def test_sentry_learns_of_a_database_error_all_but_the_row(gera: Any) -> None:
    with SentryServer() as sentry:
        start_sentry(dsn=sentry.dsn, release="test")
        try:
            sentry_sdk.add_breadcrumb(message=f"before: {fail_to_register(gera)}")
            sentry_sdk.capture_exception(fail_to_register(gera))
            sentry_sdk.flush(timeout=10)
            assert sentry.arrived.wait(10)
        finally:
            sentry_sdk.init()
    sent = json.dumps(sentry.events[0]).lower()
    assert "already exists" not in sent
    assert f"(email)=({PERSON})" not in sent
    values = [entry["value"] for entry in sentry.events[0]["exception"]["values"]]
    assert len(values) == 2
    assert all(value.startswith("duplicate key value violates unique constraint") for value in values)


failing_task = commune_task(max_retries=0)(register_twice_in_a_task)


def test_a_task_that_fails_is_logged_and_reported_with_its_commune(gera: Any, said: Said) -> None:
    with SentryServer() as sentry:
        start_sentry(dsn=sentry.dsn, release="test")
        try:
            assert failing_task.apply(kwargs={"schema": gera.schema}).failed()
            sentry_sdk.flush(timeout=10)
            assert sentry.arrived.wait(10)
        finally:
            sentry_sdk.init()
    (line,) = [line for line in said.lines if "raised unexpected" in line["event"]]
    assert line["commune"] == "gera"
    assert "marta" not in json.dumps(line).lower()
    assert [event["tags"]["commune"] for event in sentry.events] == ["gera"]
    assert add_scope(None, "info", {"event": "x"})["commune"] == "public"


def test_an_answer_that_django_logs_afterwards_names_commune_and_request(portal: Client, said: Said) -> None:
    answer = portal.get("/gibt/es/nicht/")
    (line,) = [line for line in said.lines if line["event"].startswith("Not Found")]
    assert (line["commune"], line["request_id"]) == ("gera", answer["X-Request-Id"])
    assert line["user_kind"] == "anonymous"
