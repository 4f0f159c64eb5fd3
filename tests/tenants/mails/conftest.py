"""Mails for tests of their room: written down in a commune, sent to a real server."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.mail import EmailMultiAlternatives
from django.utils import timezone

from tenants.communes.queries import find_commune
from tenants.communes.scope import commune_scope, public_scope
from tenants.mails.actions import keep_mail
from tenants.mails.models import OutgoingMail
from tests.servers.smtp import MailServer, mail_server

ADDRESS = "ada@example.org"


@pytest.fixture
def server(settings: Any) -> Iterator[MailServer]:
    with mail_server() as running:
        settings.EMAIL_BACKEND = "tenants.mails.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", running.port, 5
        yield running


def write(cause: str = "sample/1", to: str = ADDRESS, text: str = "Ihr Link: http://gera.localhost/geheim/") -> bool:
    """Write a mail down."""
    message = EmailMultiAlternatives("Betreff", text, '"Gera" <gera@localhost>', [to])
    message.attach_alternative(f"<p>{text}</p>", "text/html")
    return keep_mail(cause=cause, message=message)


def make_due() -> None:
    """Let the time of everything that waits have come."""
    OutgoingMail.objects.filter(state="waiting").update(due_at=timezone.now() - timedelta(seconds=1))


@pytest.fixture(autouse=True)
def _no_mails_of_others(database: None) -> None:
    """What tests that commit have left is not counted here."""
    for slug in ("gera", "wurzen"):
        with commune_scope(find_commune(slug).ref()):
            OutgoingMail.objects.all().delete()
    with public_scope():
        OutgoingMail.objects.all().delete()
