"""What participation leaves to the worker."""

from __future__ import annotations

from smtplib import SMTPException

from django.utils.translation import override

from tenants.communes.tasks import commune_task

from .actions import send_link


@commune_task(autoretry_for=(OSError, SMTPException), retry_backoff=5, retry_backoff_max=900, max_retries=10)
def mail_link(*, idea_id: int, language: str) -> None:
    """Mail the link of an idea in the language it was written in. A second run sends a new link, the old one dies."""
    with override(language):
        send_link(idea_id=idea_id)
