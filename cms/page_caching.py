"""Telling the page cache which answers are the same for everyone: a door of `tenants.communes.page_caching`."""

from tenants.communes.page_caching import HEADER, PAGE_SECONDS, cacheable, mark_cacheable, stays_true_until

__all__ = ["HEADER", "PAGE_SECONDS", "cacheable", "mark_cacheable", "stays_true_until"]
