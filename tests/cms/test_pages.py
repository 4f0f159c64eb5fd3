"""Pages answer at their addresses, in both languages, within the budget."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cms.start_pages import START_PAGES


@pytest.mark.parametrize("address", START_PAGES)
@pytest.mark.parametrize("prefix", ["", "/en"])
def test_every_start_page_answers(portal: Any, address: str, prefix: str) -> None:
    response = portal.get(prefix + address)
    assert response.status_code == 200
    html = response.content.decode()
    assert f'<html lang="{"en" if prefix else "de"}">' in html
    assert "{{" not in html


def test_a_page_that_is_missing_leads_on_in_its_own_language(portal: Any) -> None:
    answer = portal.get("/en/gibt-es-nicht/")
    assert answer.status_code == 404
    assert 'href="/en/"' in answer.content.decode()
    assert 'action="/en/suche/"' in answer.content.decode()


@pytest.mark.parametrize("address", ["/suche/?q=ausweis", "/robots.txt", "/sitemap.xml"])
def test_what_can_only_be_read_takes_nothing(portal: Any, address: str) -> None:
    assert portal.post(address).status_code == 405
