"""What logs and Sentry know of the running code: the commune, never a person."""

from __future__ import annotations

from collections.abc import MutableMapping
from contextvars import ContextVar
from typing import Any

import sentry_sdk
from django.http import HttpRequest

from rathausplatz.discretion import discreet_event
from tenants.communes.scope import PUBLIC_SCHEMA, current_scope

current_request: ContextVar[HttpRequest | None] = ContextVar("rathausplatz_request", default=None)
# the schema that the running task was sent for; its scope is shorter than the task, whose failure is logged after it
current_task_schema: ContextVar[str] = ContextVar("rathausplatz_task_schema", default="")


def commune_at_work(request: HttpRequest | None = None) -> str:
    """The schema the running code works for: the given request's, the scope's, or what request or task is about."""
    if named := _schema_of(request):
        return named
    schema = current_scope().schema
    if schema != PUBLIC_SCHEMA:
        return schema
    return _schema_of(current_request.get()) or current_task_schema.get() or PUBLIC_SCHEMA


def _schema_of(request: HttpRequest | None) -> str:
    commune = getattr(request, "commune", None)
    return str(commune.schema) if commune is not None else ""


def user_kind(request: HttpRequest | None = None) -> str:
    """Who the running code works for: a kind of account, "anonymous", "unknown" (not asked yet) or "system".

    Reads only what the request knows already: a log line must not cost a query.
    """
    request = request or current_request.get()
    if request is None:
        return "system"
    user = getattr(request, "_cached_user", None)
    if user is not None:
        return str(user.kind) if user.is_authenticated else "anonymous"
    return "unknown" if any(name.endswith("_session") for name in request.COOKIES) else "anonymous"


def add_scope(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """structlog processor: add the schema and the kind of user the code works for.

    Django logs an answer when the request has left our middleware, and names the request in the record.
    """
    request = getattr(event.get("_record"), "request", None)
    request = request if isinstance(request, HttpRequest) else None
    event.setdefault("commune", commune_at_work(request))
    event.setdefault("user_kind", user_kind(request))
    if request_id := getattr(request, "id", None):
        event.setdefault("request_id", request_id)
    return event


def tag_commune(event: Any, _hint: Any) -> Any:
    """Sentry's before_send: tag the commune and drop what could name a person."""
    event.setdefault("tags", {})["commune"] = commune_at_work()
    event.pop("user", None)
    return discreet_event(event)


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
