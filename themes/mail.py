"""Mails in the commune's look: text and HTML, from the commune's own address, written down with what they are about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template import TemplateDoesNotExist
from django.template.loader import render_to_string

from tenants.communes.addresses import site_address
from tenants.communes.scope import current_commune
from tenants.mails.actions import keep_mail
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
    cause: str,
    to: str,
    template: str,
    context: dict[str, Any],
    attachments: Sequence[Attachment] = (),
) -> bool:
    """Render `<template>.subject.txt`, `.txt` and (if there is one) `.html` now, and write the mail down with the rest.

    The worker sends it after the commit, and again until the mail server takes it. The mail of one `cause`
    („cases/GE-7K3F-29MX/confirm“, the room first) is written once; returns whether it is new.
    """
    message = compose_mail(to=to, template=template, context=context, attachments=attachments)
    return keep_mail(cause=cause, message=message)


def compose_mail(
    *, to: str, template: str, context: dict[str, Any], attachments: Sequence[Attachment] = ()
) -> EmailMultiAlternatives:
    """The mail of `send_mail`, not written down yet."""
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
        to=[to],
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
