"""What can be done with pages besides editing them."""

from __future__ import annotations

from typing import Any

from django.core.management import call_command
from django.db import transaction
from wagtail.models import Page, PageViewRestriction


@transaction.atomic
def publish_what_is_due() -> None:
    """Publish revisions whose go-live time has come and withdraw pages that have expired (Wagtail's own command).

    The caches learn of it through Wagtail's signals. May be run twice.
    """
    call_command("publish_scheduled", verbosity=0)


@transaction.atomic
def restrict_translations(*, page: Page, actor: Any) -> None:
    """Open or close every other language version of a page as the page itself is: private means private.

    What each version inherits from pages above it stays. May be run twice. Who calls it asks whether the actor may.
    """
    own: PageViewRestriction | None = page.view_restrictions.first()
    for version in page.get_translations():
        theirs = version.view_restrictions.first()
        if own is not None:
            theirs = theirs or PageViewRestriction(page=version)
            theirs.restriction_type, theirs.password = own.restriction_type, own.password
            theirs.save(user=actor)
            theirs.groups.set(own.groups.all())
        elif theirs is not None:
            theirs.delete(user=actor)
