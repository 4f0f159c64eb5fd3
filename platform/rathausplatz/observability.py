"""What logs and Sentry know of the running code: the commune, never a person."""

from __future__ import annotations

from collections.abc import MutableMapping
from contextvars import ContextVar
from typing import Any

import sentry_sdk
from django.http import HttpRequest

from tenants.communes.scope import current_scope

current_request: ContextVar[HttpRequest | None] = ContextVar("rathausplatz_request", default=None)


def user_kind() -> str:
    """Who the running code works for: a kind of account, "anonymous", "unknown" (not asked yet) or "system".

    Reads only what the request knows already: a log line must not cost a query.
    """
    request = current_request.get()
    if request is None:
        return "system"
    user = getattr(request, "_cached_user", None)
    if user is not None:
        return str(user.kind) if user.is_authenticated else "anonymous"
    return "unknown" if any(name.endswith("_session") for name in request.COOKIES) else "anonymous"


def add_scope(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """structlog processor: add the schema and the kind of user the code works for."""
    event.setdefault("commune", current_scope().schema)
    event.setdefault("user_kind", user_kind())
    return event


def tag_commune(event: Any, _hint: Any) -> Any:
    """Sentry's before_send: tag the commune and drop what could name a person."""
    event.setdefault("tags", {})["commune"] = current_scope().schema
    event.pop("user", None)
    request = event.get("request")
    if isinstance(request, dict):
        for part in ("data", "cookies", "query_string", "headers", "env"):
            request.pop(part, None)
    return event


def start_sentry(*, dsn: str, release: str) -> None:
    """Start Sentry when a DSN is configured."""
    if dsn:
        sentry_sdk.init(
            dsn=dsn,
            release=release,
            before_send=tag_commune,
            before_send_transaction=tag_commune,
            include_local_variables=False,
            max_request_body_size="never",
        )
