"""Mails in tests: written down by what is tested, sent here as the worker would."""

from __future__ import annotations

from typing import Any

from django.core import mail
from django.db import transaction

from tenants.communes.scope import CommuneRef, commune_scope, public_scope
from tenants.mails.sending import send_due_mails


def send_waiting_mails() -> int:
    """Send the due mails of the current scope; returns how many have left."""
    return send_due_mails()


def sent_mails(commune: CommuneRef | None) -> list[Any]:
    """All mails so far, after those that wait in a commune, or on the platform, have been sent."""
    with commune_scope(commune) if commune is not None else public_scope(), transaction.atomic():
        send_waiting_mails()
    return list(mail.outbox)
