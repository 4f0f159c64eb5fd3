"""Views that are no pages: serving pages, search, sitemap, robots."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from cms.addresses import absolute
from cms.feeds import NewsFeed
from cms.head import language_of
from cms.page_caching import cacheable, mark_cacheable
from cms.search import search_everything, searchable
from cms.serving import answer_with_page
from cms.sitemap import sitemap_entries
from tenants.accounts.access import public


@public
def serve_page(request: HttpRequest, path: str) -> Any:
    """Any editorial page."""
    return answer_with_page(request, path)


@public
def no_rehearsal(request: HttpRequest) -> HttpResponse:
    """In place of a view of Wagtail's that fails on purpose. Raises Http404."""
    raise Http404


@public
@require_safe
def search(request: HttpRequest) -> Any:
    """`/suche/?q=`: the results, or an invitation to search."""
    query = searchable(request.GET.get("q", ""))
    results = search_everything(query, language_of(request))
    context = {
        "query": query,
        "services": results.services,
        "pages": results.pages,
        "ideas": results.ideas,
        "total": results.total,
        "breadcrumbs": [
            {"title": _("Startseite"), "url": reverse("wagtail_serve", args=[""])},
            {"title": _("Suche"), "url": ""},
        ],
    }
    return mark_cacheable(request, TemplateResponse(request, "cms/search.html", context))


@public
@require_safe
@cacheable(3600)
def robots(request: HttpRequest) -> HttpResponse:
    """What robots may read: published pages, not the desks, accounts and cases."""
    closed = ("/redaktion/", "/arbeitsplatz/", "/konto/", "/vorgang/", "/antrag/", "/suche/", "/api/")
    lines = [
        "User-agent: *",
        *(f"Disallow: {path}" for path in closed),
        *(f"Disallow: /en{path}" for path in closed[2:6]),
    ]
    return HttpResponse(
        "\n".join([*lines, "", f"Sitemap: {absolute('/sitemap.xml')}", ""]), content_type="text/plain; charset=utf-8"
    )


@public
@require_safe
@cacheable(3600)
def sitemap(request: HttpRequest) -> HttpResponse:
    """Everything that is published, for search engines."""
    return render(request, "cms/sitemap.xml", {"entries": sitemap_entries()}, content_type="application/xml")


@public
@require_safe
@cacheable(300)
def news_feed(request: HttpRequest) -> HttpResponse:
    """News as RSS."""
    return NewsFeed()(request)
