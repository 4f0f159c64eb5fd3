"""What the console adds when a commune is made: the ordered logo, and the invitation of the first administrator."""

from __future__ import annotations

import base64

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction

from tenants.accounts.models import User
from tenants.accounts.tasks import send_invitation
from tenants.communes.starters import StarterBrief, register_starter
from themes.actions import change_brand
from themes.models import Brand


def place_logo(brief: StarterBrief) -> None:
    """Store the logo that was uploaded during onboarding, if there is one."""
    logo = brief.facts.get("logo")
    if not logo:
        return
    upload = SimpleUploadedFile(logo["name"], base64.b64decode(logo["base64"]))
    change_brand(actor=None, tokens=Brand.objects.get(pk=1).tokens, logo=upload)


def invite_administrator(brief: StarterBrief) -> None:
    """Have the mail written that lets the first administrator set a password.

    By a task after the commit, for the commune as it is then; a lost one is found by the mails' sweep.
    """
    user = User.objects.filter(email=brief.admin_email.lower()).first() if brief.admin_email else None
    if user is None or user.invited_at is not None:
        return
    transaction.on_commit(lambda: send_invitation.delay(schema=brief.commune.schema, user_id=user.pk), robust=True)


def register() -> None:
    """Enter both among the starters: the logo after the brand, the invitation after everything else."""
    register_starter("logo", order=25, prepare=place_logo)
    register_starter("invitation", order=900, prepare=invite_administrator)
