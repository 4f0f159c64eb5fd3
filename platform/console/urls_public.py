"""Addresses of the platform's own public page."""

from __future__ import annotations

from django.urls import path

from console.views import public
from themes.urls_brand import urlpatterns as brand_files

urlpatterns = [
    *brand_files,
    path("", public.home, name="operator_home"),
    path("impressum/", public.imprint, name="operator_imprint"),
    path("datenschutz/", public.privacy, name="operator_privacy"),
    path("barrierefreiheit/", public.accessibility, name="operator_accessibility"),
]
