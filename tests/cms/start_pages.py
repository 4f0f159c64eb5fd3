"""The addresses of the pages that every commune starts with."""

from __future__ import annotations

START_PAGES = (
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
