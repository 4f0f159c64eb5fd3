"""Sending tasks never stops who sends: what must happen is a row, a message only wakes the worker.

All sending passes through `PatientCelery.send_task`: `delay`, `apply_async` and `send_task` by name alike. A broker
that is away, full or hangs costs a request at most a moment, and is then left alone for a few seconds. The schedule
finds the row again (docs/explanation/background-work.md).
"""

from __future__ import annotations

from time import monotonic
from typing import Any

import structlog
from amqp.exceptions import AMQPError  # type: ignore[import-untyped]
from celery import Celery
from kombu.exceptions import EncodeError, LimitExceeded, OperationalError
from redis.exceptions import RedisError

from rathausplatz.background import counters

log = structlog.get_logger(__name__)
# seconds for each step of sending: to connect, to be answered, to have it confirmed
ANSWER_WITHIN = 0.6
# seconds in which a broker that failed is not asked again by this process
LEFT_ALONE = 5.0
BROKER_ERRORS = (OperationalError, OSError, AMQPError, RedisError, LimitExceeded)


def sending_options(url: str) -> dict[str, Any]:
    """What the transport is told besides, for connections that send: whoever waits at them is a visitor."""
    if url.startswith("amqp"):
        return {"read_timeout": ANSWER_WITHIN, "write_timeout": ANSWER_WITHIN}
    if url.startswith(("redis", "sentinel")):
        return {"socket_timeout": ANSWER_WITHIN, "socket_connect_timeout": ANSWER_WITHIN}
    return {}


class PatientCelery(Celery):
    """Celery for processes that have more important things to do than to send."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._leave_alone_until = 0.0

    def connection_for_write(self, url: Any = None, **options: Any) -> Any:
        """A connection that gives up within a moment."""
        url = url or self.conf.broker_write_url
        bounded = sending_options(str(url)) | (options.pop("transport_options", None) or {})
        options.setdefault("connect_timeout", ANSWER_WITHIN)
        return super().connection_for_write(url, transport_options=bounded, **options)

    def send_task(self, name: str, args: Any = None, kwargs: Any = None, **options: Any) -> Any:
        """Send a task if the broker can be had, and return its result; None when it could not be sent.

        Raises nothing that the broker is to blame for. Only a task that sends itself again (a retry) is told, because
        nobody else would do that for it. Who promises something that no row stands for looks at the answer.
        """
        try:
            if monotonic() < self._leave_alone_until:
                raise OperationalError("it failed a moment ago and is left alone")
            return self.send_or_raise(name, args, kwargs, **options)
        except BROKER_ERRORS as error:
            if isinstance(error, EncodeError) or options.get("retries"):
                raise
            self._note_failure(name, error)
        return None

    def send_or_raise(self, name: str, args: Any = None, kwargs: Any = None, **options: Any) -> Any:
        """Send a task; raises one of BROKER_ERRORS within moments when the broker can't be had."""
        options.setdefault("confirm_timeout", ANSWER_WITHIN)
        sent = super().send_task(name, args, kwargs, **options)
        self._leave_alone_until = 0.0
        return sent

    def _note_failure(self, name: str, error: Exception) -> None:
        if monotonic() >= self._leave_alone_until:
            log.error("task.not_sent", task=name, reason=type(error).__name__)
            self._leave_alone_until = monotonic() + LEFT_ALONE
        counters.note_not_sent(name)
