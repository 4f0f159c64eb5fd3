"""Waking the sender. A message only saves time: the sweep finds every due mail by its row."""

from __future__ import annotations

from celery import current_app
from django.db import transaction

from tenants.communes.lanes import MAILS
from tenants.communes.scope import current_commune

FOR_A_COMMUNE = "tenants.mails.tasks.send_mails"
FOR_THE_PLATFORM = "tenants.mails.tasks.send_platform_mails"
# seconds after which a sender is ended, whatever it waits for
SECONDS_FOR_A_ROUND = 150
# a message that waited longer is one of many: the schedule sends another each minute
STALE_AFTER = 600


def wake_sender() -> None:
    """Have the due mails of the current scope sent after the commit."""
    commune = current_commune()

    def send() -> None:
        if commune is None:
            current_app.tasks[FOR_THE_PLATFORM].apply_async(queue=MAILS, expires=STALE_AFTER)
        else:
            current_app.tasks[FOR_A_COMMUNE].apply_async(kwargs={"schema": commune.schema}, expires=STALE_AFTER)

    # a broker out of reach must not undo what is stored
    transaction.on_commit(send, robust=True)
