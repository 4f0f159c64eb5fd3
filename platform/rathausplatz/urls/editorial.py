"""The editors' desk and the files editors publish."""

from __future__ import annotations

from django.urls import include, path
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.documents import urls as wagtaildocs_urls

urlpatterns = [
    path("redaktion/", include(wagtailadmin_urls)),
    path("dokumente/", include(wagtaildocs_urls)),
]
