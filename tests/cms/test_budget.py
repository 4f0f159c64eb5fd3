"""How many statements a page costs, with one and with three things on it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cms.seeds.demo import write_events, write_news
from tenants.communes.scope import commune_scope


def statements(portal: Any, address: str) -> list[str]:
    """The statements of a warm request, without the transaction's own savepoints."""
    assert portal.get(address).status_code == 200
    with CaptureQueriesContext(connection, ) as captured:
        assert portal.get(address).status_code == 200
    return [query["sql"] for query in captured.captured_queries if "SAVEPOINT" not in query["sql"]]


@pytest.mark.parametrize("number", [1, 3])
def test_home_costs_eight_statements(portal: Any, gera: Any, number: int) -> None:
    with commune_scope(gera):
        write_news([{"title": f"Meldung {n}", "text": "Text"} for n in range(number)])
        write_events([{"title": f"Fest {n}", "place": "Markt"} for n in range(number)])
    assert len(statements(portal, "/")) == 8


@pytest.mark.parametrize("number", [1, 3])
def test_news_cost_the_same_however_many(portal: Any, gera: Any, number: int) -> None:
    with commune_scope(gera):
        write_news([{"title": f"Meldung {n}", "text": "Text"} for n in range(number)])
    assert len(statements(portal, "/aktuelles/")) == 5


def test_a_service_costs_four_statements(portal: Any) -> None:
    assert len(statements(portal, "/anliegen/bewohnerparkausweis/")) == 4


def test_the_shelf_costs_four_statements(portal: Any) -> None:
    assert len(statements(portal, "/anliegen/")) == 4


def test_a_search_costs_four_statements(portal: Any) -> None:
    assert len(statements(portal, "/suche/?q=Parkausweis")) <= 5


def test_a_search_without_results_stays_in_the_budget(portal: Any) -> None:
    assert len(statements(portal, "/suche/?q=xyzzy")) <= 9


def test_a_page_is_kept_no_longer_than_its_words_are_true(portal: Any) -> None:
    seconds = int(portal.get("/").headers["X-Page-Cache"])
    assert 1 <= seconds <= 60
    assert timedelta(seconds=seconds) <= timedelta(minutes=1)
    assert timezone.now()
