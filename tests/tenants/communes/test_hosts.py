"""The Host header alone decides which site answers."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tenants.communes import hosts
from tenants.communes.actions import resume_commune, suspend_commune
from tenants.communes.hosts import forget_hosts
from tenants.communes.queries import find_commune
from tenants.communes.rollouts.releases import own_level


def test_an_unknown_host_is_404_without_a_commune_s_query(db: None) -> None:
    forget_hosts("")
    own_level()  # once for the life of a process
    with CaptureQueriesContext(connection) as queries:
        answer = Client(headers={"host": "unbekannt.localhost"}).get("/")
    assert answer.status_code == 404
    asked = [query["sql"] for query in queries if "SET LOCAL ROLE" not in query["sql"]]
    assert ["communes_domain" in sql for sql in asked] == [True]
    assert "gibt es kein Portal" in answer.content.decode()


def lookups(client: Client) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert client.get("/healthz").status_code == 200
    return sum("communes_domain" in query["sql"] for query in queries)


def test_a_known_host_is_looked_up_once(gera: Any, portal: Client, hearing: None) -> None:
    assert [lookups(portal), lookups(portal)] == [2, 0]  # the host with its commune, and the commune's primary host


def test_a_process_that_cannot_hear_remembers_no_host(gera: Any, portal: Client) -> None:
    assert [lookups(portal), lookups(portal)] == [2, 2]


def test_what_changed_while_it_was_looked_up_is_not_remembered(
    gera: Any, portal: Client, hearing: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_up = hosts._look_up

    def overtaken(name: str) -> Any:
        found = looked_up(name)
        forget_hosts("")
        return found

    monkeypatch.setattr(hosts, "_look_up", overtaken)
    assert [lookups(portal), lookups(portal)] == [2, 2]


def test_a_forged_forwarded_host_changes_nothing(gera: Any, wurzen: Any, portal: Client) -> None:
    answer = portal.get("/healthz", headers={"x-forwarded-host": wurzen.primary_host})
    assert answer.wsgi_request.commune.slug == "gera"


def test_console_paths_do_not_exist_on_a_portal(portal: Client) -> None:
    assert portal.get("/styleguide/").status_code == 404
    assert portal.get("/aufnahme/").status_code == 404


def test_a_suspended_portal_shows_a_friendly_page_and_opens_again(gera: Any, portal: Client) -> None:
    suspend_commune(commune=find_commune("gera"), actor=None, reason="Test")
    forget_hosts("")
    answer = portal.get("/")
    assert answer.status_code == 503
    assert "Gera" in answer.content.decode()
    resume_commune(commune=find_commune("gera"), actor=None)
    forget_hosts("")
    assert portal.get("/healthz").status_code == 200
