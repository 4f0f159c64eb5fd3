"""How many statements a page costs, with one and with three things on it.

The process listens, so it remembers hosts and brands. Not counted: the test's savepoint.
"""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cms.seeds.demo import write_events, write_news
from tenants.communes.scope import commune_scope

NOT_COUNTED = ("SAVEPOINT",)


pytestmark = pytest.mark.usefixtures("hearing")


def statements(portal: Any, address: str) -> int:
    """The statements of a warm request."""
    assert portal.get(address).status_code == 200
    with CaptureQueriesContext(connection) as captured:
        assert portal.get(address).status_code == 200
    return len([query for query in captured.captured_queries if not any(word in query["sql"] for word in NOT_COUNTED)])


@pytest.mark.parametrize("number", [1, 3])
@pytest.mark.parametrize(("address", "expected"), [("/", 7), ("/aktuelles/", 5), ("/veranstaltungen/", 5)])
def test_lists_cost_the_same_however_long(portal: Any, gera: Any, number: int, address: str, expected: int) -> None:
    with commune_scope(gera):
        write_news([{"title": f"Meldung {n}", "text": "Text"} for n in range(number)])
        write_events([{"title": f"Fest {n}", "place": "Markt"} for n in range(number)])
    assert statements(portal, address) == expected


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("/anliegen/", 4),
        ("/anliegen/bewohnerparkausweis/", 4),
        ("/kontakt/", 6),
        ("/impressum/", 3),
        ("/rathaus/", 3),
        ("/mitmachen/", 4),
        ("/suche/?q=Parkausweis", 4),
        ("/suche/?q=xyzzy", 4),
        ("/en/", 7),
    ],
)
def test_a_page_costs(portal: Any, address: str, expected: int) -> None:
    assert statements(portal, address) == expected


def test_a_page_is_kept_no_longer_than_its_words_are_true(portal: Any) -> None:
    assert 1 <= int(portal.get("/").headers["X-Page-Cache"]) <= 60
