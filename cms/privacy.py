"""Who may see a page, a picture or a document. Every list asks `for_everybody`, every single thing `may_see`.

A list shows what everybody may see, to whoever asks: it is the same for all and may be kept. What is for some people
only is reached by its address, and there the visitor is asked to sign in or for the password.
"""

from __future__ import annotations

from typing import Any, TypeVar

from django.db.models import BooleanField, F, Func, QuerySet
from django.http import HttpRequest
from wagtail.models import Page, ReferenceIndex

P = TypeVar("P", bound=Page)


class _Private(Func):
    """Written out: it stands in nearly every statement, and putting it together each time cost half a millisecond."""

    template = (
        "EXISTS(SELECT 1 FROM wagtailcore_pageviewrestriction r JOIN wagtailcore_page above ON above.id = r.page_id"
        " WHERE starts_with(%(expressions)s, above.path))"
    )
    output_field = BooleanField()


def private() -> Func:
    """A condition on pages: restricted by themselves, or by a page above them.

    Part of the statement that asks for the pages, so nothing that was remembered can be out of date.
    """
    return _Private(F("path"))


def for_everybody(pages: QuerySet[P]) -> QuerySet[P]:
    """Of these pages those that are published and that every visitor may see. No statement more."""
    return pages.filter(~private(), live=True)


def open_versions_of(page: Page) -> QuerySet[Page]:
    """The other language versions that everybody sees although this page is private; none where it is not."""
    versions: QuerySet[Page] = page.get_translations().select_related("locale")
    return for_everybody(versions) if Page.objects.filter(private(), pk=page.pk).exists() else versions.none()


def may_see(request: HttpRequest, page: Page) -> bool:
    """Whether this visitor fulfils every restriction of the page and of those above it."""
    return all(restriction.accept_request(request) for restriction in page.get_view_restrictions())


def may_see_file(request: HttpRequest, file: Any) -> bool:
    """Whether this visitor may see a picture or a document.

    Its collection must let them; and what stands on private pages alone is seen by who may see one of these.
    """
    if not all(restriction.accept_request(request) for restriction in file.collection.get_view_restrictions()):
        return False
    pages = pages_that_show(file)
    return not pages or any(not page.is_private or may_see(request, page) for page in pages)


def pages_that_show(file: Any) -> list[Any]:
    """The pages that a picture or a document stands on, drafts included; each knows whether it `is_private`."""
    shown = ReferenceIndex.get_references_to(file).filter(base_content_type=ReferenceIndex._get_base_content_type(Page))
    keys = [int(key) for key in shown.values_list("object_id", flat=True)]
    return list(Page.objects.filter(pk__in=keys).annotate(is_private=private())) if keys else []
