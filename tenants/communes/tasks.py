"""The base of all tasks that work for one commune."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

import structlog
from celery import shared_task
from django.db import DatabaseError

from tenants.communes.cells import is_reachable
from tenants.communes.cells.window import SECONDS_OF_A_MOVE, is_moving
from tenants.communes.queries import CommuneGoneError, commune_by_schema, open_communes
from tenants.communes.rollouts.maintenance import SECONDS_UNTIL_NEXT_TRY
from tenants.communes.rollouts.releases import is_behind
from tenants.communes.scope import commune_scope

log = structlog.get_logger(__name__)
F = TypeVar("F", bound=Callable[..., Any])
# the queue of the worker that logs in as the owner of the schemas
OWNER_QUEUE = "owner"
_owner_tasks: set[str] = set()


def commune_task(**options: Any) -> Callable[[Callable[..., Any]], Any]:
    """Make a Celery task of a function; it is called with `schema` and keyword arguments of plain values.

    The task enters the commune's scope and one transaction before it calls the function, so the function sees the
    commune as a view does. It is acknowledged after it ended: it may run twice and must be idempotent. While the
    commune's schema is behind this code, or this worker has no address of its cell, the task comes back a minute later;
    while it moves to another cell, in a moment. A deleted commune's ends quietly.
    """

    def decorate(function: Callable[..., Any]) -> Any:
        settled = {"acks_late": True, "max_retries": None} | options
        name = f"{function.__module__}.{function.__name__}"

        @shared_task(name=name, bind=True, **settled)
        @wraps(function)
        def run(task: Any, *, schema: str, **arguments: Any) -> Any:
            try:
                commune = commune_by_schema(schema)
            except CommuneGoneError:
                # what was still waiting when the commune was deleted has nothing left to do
                log.info("task.commune_gone", commune=schema, task=function.__name__)
                return None
            if is_behind(commune) or not is_reachable(commune.cell):
                raise task.retry(countdown=SECONDS_UNTIL_NEXT_TRY)
            if commune.read_only:
                raise task.retry(countdown=SECONDS_OF_A_MOVE)
            try:
                with commune_scope(commune):
                    return function(**arguments)
            except DatabaseError as error:
                if is_moving(commune):
                    raise task.retry(countdown=SECONDS_OF_A_MOVE) from error
                raise

        return run

    return decorate


def send_to_every_commune(task: Any) -> int:
    """Send a commune task without arguments to the worker once for each open commune; returns how many.

    Each runs in its own schema, under its own role and in its own transaction.
    """
    schemas = list(open_communes().values_list("schema_name", flat=True))
    for schema in schemas:
        task.delay(schema=schema)
    return len(schemas)


def owner_task(*, name: str, **options: Any) -> Any:
    """Make a Celery task that owns schemas: provisioning, rollouts, archives. Only the owner's worker takes it."""
    _owner_tasks.add(name)
    return shared_task(name=name, **({"acks_late": True} | options))


def route_task(name: str, *_: Any, **__: Any) -> dict[str, str] | None:
    """Celery's router (CELERY_TASK_ROUTES): the owner's tasks go to the owner's queue."""
    return {"queue": OWNER_QUEUE} if name in _owner_tasks else None
