"""How much waits in the queues, asked of the broker in bounded time."""

from __future__ import annotations

from collections.abc import Iterable

from kombu.exceptions import KombuError, OperationalError

from rathausplatz.background.sending import BROKER_ERRORS
from rathausplatz.celery import app


def waiting_messages(queues: Iterable[str]) -> dict[str, int]:
    """Messages that wait, by queue; a queue that nobody declared yet is empty. Raises OperationalError."""
    with app.connection_for_write(app.conf.broker_read_url) as broker:
        try:
            broker.ensure_connection(max_retries=1, timeout=2)
            return {queue: _waiting(broker, queue) for queue in queues}
        except (*broker.connection_errors, *broker.channel_errors) as error:
            # each transport has errors of its own, a refused login among them
            raise OperationalError(str(error)) from error


def count_waiting(queues: Iterable[str]) -> int | None:
    """All messages that wait in these queues; None while the broker doesn't say."""
    try:
        return sum(waiting_messages(queues).values())
    except (KombuError, *BROKER_ERRORS):
        return None


def _waiting(broker: object, queue: str) -> int:
    channel = broker.channel()  # type: ignore[attr-defined]  # kombu has no types
    try:
        return int(channel.queue_declare(queue, passive=True).message_count)
    except broker.channel_errors:  # type: ignore[attr-defined]
        return 0
    finally:
        channel.close()
