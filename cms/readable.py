"""Pages in a readable export: each with its address and everything editors wrote on it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from wagtail.models import Page

from tenants.communes.archives.readable.parts import (
    Package,
    ReadableExporter,
    ReadableFile,
    readable_exports,
    things,
)

# how Wagtail keeps its tree and its drafts, which says nothing to anybody else
TECHNICAL = frozenset(
    {
        "pk",
        "path",
        "depth",
        "numchild",
        "translation_key",
        "content_type",
        "draft_title",
        "latest_revision",
        "live_revision",
        "url_path",
        "locked",
        "locked_at",
        "locked_by",
        "alias_of",
        "has_unpublished_changes",
        "expired",
        "latest_revision_created_at",
    }
)


def pages(package: Package) -> Iterator[ReadableFile]:
    """`pages.json`."""
    found = Page.objects.filter(depth__gt=1).select_related("locale").order_by("path").specific()
    yield things("pages", "Seiten", map(_page, found))


def _page(page: Any) -> dict[str, Any]:
    content = {name: value for name, value in page.serializable_data().items() if name not in TECHNICAL}
    return {
        "address": page.url_path.rstrip("/") or "/",
        "title": page.title,
        "kind": page.specific_class._meta.model_name if page.specific_class else "",
        "language": page.locale.language_code,
        "live": page.live,
        "first_published_at": page.first_published_at,
        "last_published_at": page.last_published_at,
        "content": content,
    }


def register() -> None:
    """Add this room's part."""
    readable_exports.register("cms", ReadableExporter(350, pages))
