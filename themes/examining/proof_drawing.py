"""Draw an SVG once as letters draw it, to see that it can be done on a budget."""

from __future__ import annotations

import base64
import logging
from typing import Any

import weasyprint
from weasyprint.urls import FatalURLFetchingError, URLFetcher

from tenants.communes.confinement.budget import Refused

LARGEST_PAGE = 2_000_000


def draw(content: bytes) -> int:
    """The bytes of a page that shows the drawing. Raises Refused (too-costly) when the page gets too large."""
    address = f"data:image/svg+xml;base64,{base64.b64encode(content).decode()}"
    style = f"div{{width:40mm;height:40mm;background:url({address}) no-repeat;background-size:contain}}"
    failures = _Failures()
    weasyprint.LOGGER.addHandler(failures)
    page = weasyprint.HTML(string=f"<style>{style}</style><div>.</div>", url_fetcher=_Inside()).write_pdf() or b""
    if failures.seen:
        raise Refused("broken-svg")
    if len(page) > LARGEST_PAGE:
        raise Refused("too-costly")
    return len(page)


class _Failures(logging.Handler):
    """Hears when the library leaves something out and goes on, for want of memory too."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.seen = False

    def emit(self, record: logging.LogRecord) -> None:
        self.seen |= record.getMessage().startswith("Failed")


class _Inside(URLFetcher):
    """Nothing but what the drawing carries with it."""

    def fetch(self, url: str, headers: Any = None) -> Any:
        if not url.startswith("data:"):
            raise FatalURLFetchingError(url)
        return super().fetch(url, headers)
