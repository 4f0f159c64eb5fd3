"""What this room adds to every portal."""

from __future__ import annotations

from django.urls import path, re_path

from themes import desk
from themes.urls_brand import urlpatterns as brand_files

urlpatterns = [
    *brand_files,
    path("arbeitsplatz/marke/", desk.edit_brand, name="edit_brand"),
    re_path(
        r"^arbeitsplatz/marke/(?P<kind>logo|crest_file|font)/entfernen/$",
        desk.remove_file,
        name="remove_brand_file",
    ),
]
