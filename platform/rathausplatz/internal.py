"""What the operator's own machines ask: certificates (`/ask`), metrics and health. Never open to the internet.

A WSGI application of its own beside the portals': no middleware, no session, no host. Each thread keeps one connection
to the database; when that breaks, the question is put once more on a new one.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rathausplatz.settings")

import django

django.setup()

import structlog  # noqa: E402
from django.db import Error, connection  # noqa: E402

from rathausplatz.metrics.exposition import CONTENT_TYPE, exposition  # noqa: E402
from rathausplatz.starting import begin_child  # noqa: E402
from tenants.communes.backend.waiting import patience  # noqa: E402
from tenants.communes.domains.certificates import may_have_certificate  # noqa: E402

begin_child()
log = structlog.get_logger(__name__)
PLAIN = "text/plain; charset=utf-8"
# who asks here goes on without an answer after a while
SECONDS = 5.0
Environ = dict[str, Any]
StartResponse = Callable[..., Any]
Answer = tuple[HTTPStatus, str, bytes]


def application(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
    """WSGI: GET /ask?domain=…, /metrics, /healthz."""
    status, kind, body = _answer(environ)
    headers = [("Content-Type", kind), ("Content-Length", str(len(body))), ("Cache-Control", "no-store")]
    start_response(f"{status.value} {status.phrase}", headers)
    return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]


def _answer(environ: Environ) -> Answer:
    if environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
        return HTTPStatus.METHOD_NOT_ALLOWED, PLAIN, b"GET only\n"
    path = environ.get("PATH_INFO", "")
    if path == "/ask":
        return ask(environ.get("QUERY_STRING", ""))
    if path == "/metrics":
        with patience(SECONDS):
            return HTTPStatus.OK, CONTENT_TYPE, exposition()
    if path == "/healthz":
        return HTTPStatus.OK, PLAIN, b"ok\n"
    return HTTPStatus.NOT_FOUND, PLAIN, b"/ask, /metrics or /healthz\n"


def ask(query: str) -> Answer:
    """200 for a name that may have a certificate, 404 for any other, 503 while nobody knows."""
    names = parse_qs(query, max_num_fields=8).get("domain", []) if len(query) < 2000 else []
    if len(names) != 1:
        return HTTPStatus.NOT_FOUND, PLAIN, b"one domain\n"
    try:
        with patience(SECONDS):
            may = _asked_again(lambda: may_have_certificate(names[0]))
    except Error as error:
        log.error("ask.database_out_of_reach", reason=type(error).__name__)
        return HTTPStatus.SERVICE_UNAVAILABLE, PLAIN, b"database out of reach\n"
    return (HTTPStatus.OK, PLAIN, b"yes\n") if may else (HTTPStatus.NOT_FOUND, PLAIN, b"no\n")


def _asked_again(question: Callable[[], bool]) -> bool:
    """Put a question; if the connection kept from before turns out to be broken, once more on a new one."""
    kept = connection.connection is not None
    try:
        return question()
    except Error:
        connection.close()
        if not kept:
            raise
    try:
        return question()
    except Error:
        connection.close()
        raise
