"""What the operator's console answers."""

from __future__ import annotations

from django.urls import include, path

from rathausplatz.views import healthz, readyz

urlpatterns = [
    path("healthz", healthz),
    path("readyz", readyz),
    path("", include("themes.urls_styleguide")),
    path("konto/", include("tenants.accounts.urls")),
    path("", include("console.urls")),
]
handler400 = "rathausplatz.views.bad_request"
handler403 = "rathausplatz.views.forbidden"
handler404 = "rathausplatz.views.not_found"
handler500 = "rathausplatz.views.server_error"
