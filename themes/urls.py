"""What this room adds to every portal."""

from __future__ import annotations

from themes.urls_brand import urlpatterns as brand_files

urlpatterns = [*brand_files]
