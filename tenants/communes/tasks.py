"""The base of all tasks that work for one commune."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

import structlog
from celery import Task, shared_task
from celery.exceptions import Reject
from django.db import DatabaseError

from tenants.communes.cells import is_reachable
from tenants.communes.cells.window import SECONDS_OF_A_MOVE, is_moving
from tenants.communes.counters import forget_ended_counts
from tenants.communes.lanes import (
    COMMUNES,
    OWNER,
    OWNER_TIME_LIMIT,
    PLATFORM,
    enter_lane,
    is_delivered_too_often,
    leave_lane,
)
from tenants.communes.queries import CommuneGoneError, commune_by_schema, open_communes
from tenants.communes.rollouts.maintenance import SECONDS_UNTIL_NEXT_TRY
from tenants.communes.rollouts.releases import is_behind
from tenants.communes.scope import commune_scope

F = TypeVar("F", bound=Callable[..., Any])
log = structlog.get_logger(__name__)
ROUND_EXPIRES = 3600
_lanes_of_owner: dict[str, str] = {}


class CommuneTask(Task):
    """Takes its place in a lane when it is sent, and gives it up when it begins (`tenants.communes.lanes`).

    A task with a `lane` of its own stands there, however many there are.
    """

    lane = ""

    def apply_async(self, args: Any = None, kwargs: Any = None, **options: Any) -> Any:
        """Send the task. Only a caller that names a `queue` passes by the lanes."""
        if "queue" not in options:
            # a retry brings the place where it was delivered: it queues up again like any other
            options = {name: value for name, value in options.items() if name not in ("exchange", "routing_key")}
            options["queue"] = self.lane or enter_lane(kwargs["schema"])
            options["headers"] = (options.get("headers") or {}) | {"lane": options["queue"]}
        return super().apply_async(args, kwargs, **options)

    def before_start(self, task_id: str, args: Any, kwargs: Any) -> None:
        """In the worker. Raises Reject for a task that has brought down its worker again and again."""
        if not (self.request.delivery_info or {}).get("redelivered"):
            if (self.request.headers or {}).get("lane") == COMMUNES:
                leave_lane(kwargs["schema"])
        elif is_delivered_too_often(task_id):
            log.error("task.given_up", task=self.name, id=task_id, commune=kwargs["schema"])
            raise Reject("delivered too often", requeue=False)


def commune_task(**options: Any) -> Callable[[Callable[..., Any]], Any]:
    """Make a Celery task of a function; it is called with `schema` and keyword arguments of plain values.

    The task enters the commune's scope and one transaction before it calls the function, so the function sees the
    commune as a view does. It is acknowledged after it ended: it may run twice and must be idempotent. While the
    commune's schema is behind this code, or this worker has no address of its cell, the task comes back a minute later;
    while it moves to another cell, in a moment. A deleted commune's ends quietly.
    """

    def decorate(function: Callable[..., Any]) -> Any:
        settled = {"acks_late": True, "max_retries": None, "base": CommuneTask} | options
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

    Each runs in its own schema, under its own role and in its own transaction. They queue among the platform's tasks,
    so that no commune's own work waits for a round. A round that comes an hour late is left out: the next is under way.
    """
    schemas = list(open_communes().values_list("schema_name", flat=True))
    for schema in schemas:
        task.apply_async(kwargs={"schema": schema}, queue=PLATFORM, expires=ROUND_EXPIRES)
    return len(schemas)


def owner_task(*, name: str, lane: str = OWNER, **options: Any) -> Any:
    """Make a Celery task that owns schemas: provisioning, rollouts, archives. Only the owner's worker takes it.

    It may run for hours, is delivered again when its worker dies, and must go on where it stopped.
    """
    _lanes_of_owner[name] = lane
    return shared_task(name=name, **({"acks_late": True, "time_limit": OWNER_TIME_LIMIT} | options))


def route_task(name: str, *_: Any, **__: Any) -> dict[str, str] | None:
    """Celery's router (CELERY_TASK_ROUTES): the owner's tasks go to the owner's queues."""
    return {"queue": _lanes_of_owner[name]} if name in _lanes_of_owner else None


@shared_task(name="tenants.communes.tidy_counts", acks_late=True)
def tidy_counts() -> None:
    """Remove counts that have ended. May be delivered twice."""
    forget_ended_counts()
