"""Pages answer at their addresses, in both languages, within the budget."""

from __future__ import annotations

from typing import Any

import pytest

ADDRESSES = (
    "/",
    "/anliegen/",
    "/mitmachen/",
    "/rathaus/",
    "/aktuelles/",
    "/veranstaltungen/",
    "/kontakt/",
    "/impressum/",
    "/datenschutz/",
    "/barrierefreiheit/",
    "/leichte-sprache/",
)


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize("prefix", ["", "/en"])
def test_every_start_page_answers(portal: Any, address: str, prefix: str) -> None:
    response = portal.get(prefix + address)
    assert response.status_code == 200
    html = response.content.decode()
    assert f'<html lang="{"en" if prefix else "de"}">' in html
    assert "{{" not in html
