"""Editorial pages. The last pattern takes every address that no other room answers."""

from __future__ import annotations

from django.urls import path, re_path
from django.views.generic import RedirectView
from wagtail.urls import serve_pattern
from wagtail.views import authenticate_with_password

from cms import views
from tenants.accounts.access import public

urlpatterns = [
    path("suche/", views.search, name="search"),
    path("aktuelles/rss.xml", views.news_feed, name="news_feed"),
    path("sitemap.xml", views.sitemap, name="sitemap"),
    path("robots.txt", views.robots, name="robots"),
    path(
        "_util/authenticate_with_password/<int:page_view_restriction_id>/<int:page_id>/",
        authenticate_with_password,
        name="wagtailcore_authenticate_with_password",
    ),
    # Wagtail asks for this name wherever it sends somebody to sign in
    path(
        "_util/login/",
        public(RedirectView.as_view(pattern_name="account_login", query_string=True)),
        name="wagtailcore_login",
    ),
    re_path(serve_pattern, views.serve_page, name="wagtail_serve"),
]
