"""The brand's files, on every kind of host."""

from __future__ import annotations

from django.urls import re_path

from themes import views

MARK = r"(?P<mark>[0-9a-f]{6,64})"

urlpatterns = [
    re_path(rf"^brand\.{MARK}\.css$", views.stylesheet, name="brand_stylesheet"),
    re_path(rf"^brand\.{MARK}\.svg$", views.sign, name="brand_sign"),
    re_path(rf"^brand\.{MARK}\.(?P<kind>logo|crest|woff2)$", views.uploaded, name="brand_file"),
]
