"""What this room adds to the console."""

from __future__ import annotations

from django.urls import path

from themes import styleguide
from themes.urls_brand import urlpatterns as brand_files

urlpatterns = [
    *brand_files,
    path("styleguide/", styleguide.styleguide, name="styleguide"),
    path("styleguide/<slug:key>.css", styleguide.sample_stylesheet, name="styleguide_stylesheet"),
    path("styleguide/<slug:key>/<slug:page>/", styleguide.sample_page, name="styleguide_page"),
]
