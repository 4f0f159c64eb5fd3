"""Celery. Without a broker of its own (CELERY_BROKER_URL) messages pass through files in the data directory.

What must happen is in the database (each case's steps); a lost message is found again by the schedule.
"""

from __future__ import annotations

from typing import Any

from celery.schedules import crontab
from kombu.entity import Exchange, Queue

from rathausplatz.settings.base import DATA_DIR, env
from tenants.communes.lanes import OWNER_LANES, OWNER_TIME_LIMIT, WORKER_LANES

CELERY_BROKER_URL = env.str("CELERY_BROKER_URL", default="filesystem://")
CELERY_TASK_TIME_LIMIT = 300
# seconds for a new child of a worker to begin, on a machine that is busy with others too
CELERY_WORKER_PROC_ALIVE_TIMEOUT = 60.0
# Redis gives a message to another worker when nobody has acknowledged it for so many seconds. Above a commune's longest
# task (its export, an hour) and the longest pause before a retry (900 s), or work in good hands would be done twice
CELERY_VISIBILITY_TIMEOUT = env.int("CELERY_VISIBILITY_TIMEOUT", default=15 * CELERY_TASK_TIME_LIMIT)
# the same for the owner's worker, whose tasks may take hours
OWNER_VISIBILITY_TIMEOUT = env.int("OWNER_VISIBILITY_TIMEOUT", default=OWNER_TIME_LIMIT + 3 * CELERY_TASK_TIME_LIMIT)


def broker_options(url: str) -> dict[str, Any]:
    """What the transport of a broker has to be told."""
    if url.startswith("amqp"):
        return {"confirm_publish": True}
    if url.startswith(("redis", "sentinel")):
        return {
            "visibility_timeout": CELERY_VISIBILITY_TIMEOUT,
            "unacked_restore_interval": 1,
            "queue_order_strategy": "round_robin",
            "health_check_interval": 30,
            "socket_keepalive": True,
        }
    folder = DATA_DIR / "broker"
    (folder / "control").mkdir(parents=True, exist_ok=True)
    return {
        "data_folder_in": str(folder),
        "data_folder_out": str(folder),
        "control_folder": str(folder / "control"),
        "polling_interval": 0.05,
    }


def owner_broker_options(url: str) -> dict[str, Any]:
    """What the owner's worker tells it besides.

    On Redis any worker gives back what has been in hands for longer than its own patience. So what the owner's worker
    holds is kept apart, where only its like looks.
    """
    if not url.startswith(("redis", "sentinel")):
        return {}
    keys = {f"{name}_key": f"owner_{name}" for name in ("unacked", "unacked_index", "unacked_mutex")}
    return {"visibility_timeout": OWNER_VISIBILITY_TIMEOUT, **keys}


def lane(name: str, url: str) -> Queue:
    """One queue. On RabbitMQ it is a quorum queue, behind a topic exchange: postponed tasks need one."""
    if url.startswith("amqp"):
        exchange = Exchange("rathausplatz", type="topic")
        return Queue(name, exchange, routing_key=name, queue_arguments={"x-queue-type": "quorum"})
    return Queue(name, Exchange(name, type="direct"), routing_key=name)


CELERY_BROKER_TRANSPORT_OPTIONS = broker_options(CELERY_BROKER_URL)
OWNER_BROKER_OPTIONS = owner_broker_options(CELERY_BROKER_URL)
CELERY_TASK_QUEUES = [lane(name, CELERY_BROKER_URL) for name in (*WORKER_LANES, *OWNER_LANES)]
CELERY_TASK_ROUTES = ("tenants.communes.tasks.route_task",)
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "Europe/Berlin"
CELERY_WORKER_MAX_TASKS_PER_CHILD = 2000
# seconds until the task of a killed child goes back into its queue
CELERY_WORKER_LOST_WAIT = 2.0
# seconds after which a worker that is silent, or takes no message although it has room, is started again; as long may a
# child of it be stopped, or hold a task that it doesn't begin
WORKER_PATIENCE = env.int("WORKER_PATIENCE", default=60)
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# a broker may be away for as long as it likes: the worker waits
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_CHANNEL_ERROR_RETRY = True
# a connection kept from before may be broken: once more on a new one, then the row is left to the schedule
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 1, "interval_start": 0, "interval_step": 0, "interval_max": 0}
CELERY_BEAT_SCHEDULE: dict[str, dict[str, object]] = {
    "accounts.tidy": {"task": "tenants.accounts.tasks.tidy", "schedule": 86400.0},
    "communes.nightly": {"task": "tenants.communes.nightly", "schedule": crontab(hour=1, minute=30)},
    "archives.resend": {"task": "tenants.communes.resend_archives", "schedule": 600.0},
    "cells.tidy": {"task": "tenants.communes.cells.tidy", "schedule": 300.0},
    "communes.counts": {"task": "tenants.communes.tidy_counts", "schedule": 300.0},
    "cases.sweep": {"task": "services.cases.tasks.sweep", "schedule": 30.0},
    "cms.publish": {"task": "cms.tasks.publish", "schedule": 60.0},
    "communes.provision": {"task": "tenants.communes.provision_waiting", "schedule": 30.0},
    "domains.recheck": {"task": "tenants.communes.domains.tasks.recheck_domains", "schedule": 300.0},
    "documents.tidy": {"task": "services.documents.tasks.tidy", "schedule": 86400.0},
    "exports.resend": {"task": "tenants.communes.resend_exports", "schedule": 600.0},
    "mails.sweep": {"task": "tenants.mails.tasks.sweep", "schedule": 60.0},
    "mails.tidy": {"task": "tenants.mails.tasks.tidy", "schedule": 86400.0},
    "forms.purge": {"task": "services.forms.tasks.purge", "schedule": 3600.0},
}
