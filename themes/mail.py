"""Mails in the commune's look: text and HTML, from the commune's own address, sent when the transaction
commits.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.template import TemplateDoesNotExist
from django.template.loader import render_to_string

from tenants.communes.addresses import site_address
from tenants.communes.scope import current_commune
from themes.queries import brand_for_current_commune


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes with a mail."""

    name: str
    content: bytes
    media_type: str = "application/pdf"


def sender() -> str:
    """The address mails of the current commune come from."""
    commune = current_commune()
    if commune is None:
        return str(settings.DEFAULT_FROM_EMAIL)
    return f'"{commune.name}" <{commune.slug}@{settings.MAIL_DOMAIN}>'


def send_mail(
    *,
    to: str | Sequence[str],
    template: str,
    context: dict[str, Any],
    attachments: Sequence[Attachment] = (),
) -> EmailMultiAlternatives:
    """Render `<template>.subject.txt`, `.txt` and (if there is one) `.html` now, send after the commit.

    A mail of a transaction that is rolled back is never sent. The mail server's errors are raised by the sender, after
    the commit: work that must be retried composes the mail with `compose_mail` and sends it itself.
    """
    message = compose_mail(to=to, template=template, context=context, attachments=attachments)
    transaction.on_commit(partial(message.send, fail_silently=False))
    return message


def compose_mail(
    *,
    to: str | Sequence[str],
    template: str,
    context: dict[str, Any],
    attachments: Sequence[Attachment] = (),
) -> EmailMultiAlternatives:
    """The mail of `send_mail`, not sent yet."""
    recipients = [to] if isinstance(to, str) else list(to)
    values = {
        "brand": brand_for_current_commune(),
        "portal_url": site_address(),
        "demo_mode": bool(getattr(settings, "DEMO", False)),
        **context,
    }
    subject = " ".join(render_to_string(f"{template}.subject.txt", values).split())
    message = EmailMultiAlternatives(
        subject=subject,
        body=render_to_string(f"{template}.txt", values).strip() + "\n",
        from_email=sender(),
        to=recipients,
        headers={"Auto-Submitted": "auto-generated"},
    )
    try:
        message.attach_alternative(render_to_string(f"{template}.html", values), "text/html")
    except TemplateDoesNotExist as missing:
        if missing.args[0] != f"{template}.html":
            raise
    for attachment in attachments:
        message.attach(attachment.name, attachment.content, attachment.media_type)
    return message
