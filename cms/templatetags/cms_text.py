"""Filters for editors' texts: `{% load cms_text %}`."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.safestring import SafeString
from django.utils.text import slugify

from cms.placeholders import fill_html, fill_text

register = template.Library()


@register.filter
def filled(text: Any) -> str:
    """Plain text of an editor with the commune's names filled in (still escaped by the template)."""
    return fill_text(str(text or ""))


@register.filter
def filled_html(rich_text: Any) -> SafeString:
    """A RichText value with the commune's names filled in."""
    html = rich_text.__html__() if hasattr(rich_text, "__html__") else ""
    return fill_html(html)


@register.filter
def anchor(text: Any) -> str:
    """A fragment name for a heading."""
    return slugify(fill_text(str(text or "")))
