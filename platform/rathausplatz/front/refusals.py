"""Short answers of the front itself: plain sentences, made without Django."""

from __future__ import annotations

import html
from http import HTTPStatus

from rathausplatz.front.answers import Answer
from rathausplatz.front.requests import Asked

RETRY_AFTER = {HTTPStatus.TOO_MANY_REQUESTS: "60", HTTPStatus.SERVICE_UNAVAILABLE: "30"}
_PAGE = """<!doctype html>
<html lang="de"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title></head>
<body><main><h1>{title}</h1><p>{text}</p><p>Das Rathaus erreichen Sie unter der Nummer <a href="tel:115">115</a>.</p>
</main></body></html>
"""
TITLES = {
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "Das ist zu groß",
    HTTPStatus.TOO_MANY_REQUESTS: "Bitte einen Moment Geduld",
    HTTPStatus.SERVICE_UNAVAILABLE: "Bitte einen Moment Geduld",
}


def refusal(asked: Asked, status: HTTPStatus, text: str) -> Answer:
    """A sentence for who was refused: a page, or JSON for programs. The connection is closed with it."""
    if asked.path.startswith("/api/"):
        kind, body = "application/json", f'{{"detail": "{text}"}}'
    else:
        title = TITLES.get(status, "Das hat nicht geklappt")
        kind, body = "text/html; charset=utf-8", _PAGE.format(title=title, text=html.escape(text))
    headers = [
        ("Content-Type", kind),
        ("Content-Length", str(len(body.encode()))),
        ("Content-Security-Policy", "default-src 'none'"),
        ("Cache-Control", "no-store"),
        ("Connection", "close"),
    ]
    if status in RETRY_AFTER:
        headers.append(("Retry-After", RETRY_AFTER[status]))
    return Answer(status, headers, body.encode())


def healthy() -> Answer:
    """This process lives and takes requests. It says nothing of others: an outage of theirs must not end it."""
    body = b"ok\n"
    headers = [
        ("Content-Type", "text/plain; charset=utf-8"),
        ("Content-Length", str(len(body))),
        ("Cache-Control", "no-store"),
    ]
    return Answer(HTTPStatus.OK, headers, body)
