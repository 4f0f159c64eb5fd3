"""What Wagtail tells us has changed, passed on to the caches, and to new language versions of private pages.

These are the library's signals, not our own.
"""

from __future__ import annotations

from typing import Any

from django.db.models.signals import post_delete, post_save
from wagtail.contrib.redirects.models import Redirect
from wagtail.documents import get_document_model
from wagtail.images import get_image_model
from wagtail.models import Locale, Page, PageViewRestriction, Site
from wagtail.signals import copy_for_translation_done, page_published, page_unpublished, post_page_move

from cms.actions import restrict_translations
from tenants.communes.invalidation import invalidate_pages
from tenants.communes.scope import current_commune


def something_changed(**signal: Any) -> None:
    """Announce it: cached pages and memories of the commune go. Outside of any (the template) nothing is remembered."""
    if current_commune() is not None:
        invalidate_pages()


def close_like_its_original(source_obj: Any, target_obj: Any, **_signal: Any) -> None:
    """A version in another language begins as closed as its original: Wagtail leaves out some that lie below others."""
    if isinstance(target_obj, Page):
        restrict_translations(page=source_obj, actor=None)


def listen() -> None:
    """Connect to Wagtail's signals; twice does no harm."""
    from cms.models import ContactSettings, FooterSettings

    for signal in (page_published, page_unpublished, post_page_move):
        signal.connect(something_changed, dispatch_uid="cms.freshness")
    copy_for_translation_done.connect(close_like_its_original, dispatch_uid="cms.freshness.translated")
    shown = (Site, Locale, PageViewRestriction, Redirect, ContactSettings, FooterSettings)
    for model in (*shown, get_image_model(), get_document_model()):
        uid = f"cms.freshness.{model._meta.label}"
        post_save.connect(something_changed, sender=model, dispatch_uid=f"{uid}.save")
        post_delete.connect(something_changed, sender=model, dispatch_uid=f"{uid}.delete")
