"""What participation leaves to the worker."""

from __future__ import annotations

from django.utils.translation import override

from tenants.communes.tasks import commune_task

from .actions import send_link


@commune_task()
def mail_link(*, idea_id: int, language: str) -> None:
    """Write the mail with an idea's link, as the release before ordered it. A second run writes a new link."""
    with override(language):
        send_link(idea_id=idea_id)
