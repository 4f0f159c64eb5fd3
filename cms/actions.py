"""What can be done with pages besides editing them."""

from __future__ import annotations

from django.core.management import call_command
from django.db import transaction


@transaction.atomic
def publish_what_is_due() -> None:
    """Publish revisions whose go-live time has come and withdraw pages that have expired (Wagtail's own command).

    The caches learn of it through Wagtail's signals. May be run twice.
    """
    call_command("publish_scheduled", verbosity=0)
