"""Logs and Sentry name the commune and never a person."""

from __future__ import annotations

import json
from typing import Any

import pytest
import sentry_sdk
from django.test import RequestFactory
from rathausplatz.observability import add_scope, current_request, start_sentry, user_kind

from tenants.accounts.models import User
from tenants.communes.scope import commune_scope
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
