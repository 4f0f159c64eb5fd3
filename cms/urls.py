"""Editorial pages. The last pattern takes every address that no other room answers."""

from __future__ import annotations

from django.urls import path, re_path
from wagtail.urls import serve_pattern
from wagtail.views import authenticate_with_password

from cms import views

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
    re_path(serve_pattern, views.serve_page, name="wagtail_serve"),
]
