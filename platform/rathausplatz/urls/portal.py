"""What a commune's portal answers."""

from __future__ import annotations

from django.conf.urls.i18n import i18n_patterns
from django.urls import include, path

from rathausplatz.views import healthz, readyz

urlpatterns = [
    path("healthz", healthz),
    path("readyz", readyz),
    path("", include("themes.urls")),
    path("", include("rathausplatz.urls.editorial")),
    path("", include("rathausplatz.urls.api")),
    *i18n_patterns(
        path("konto/", include("tenants.accounts.urls")),
        path("", include("tenants.accounts.urls_staff")),
        path("", include("services.catalogue.urls")),
        path("", include("services.cases.urls")),
        path("", include("services.documents.urls")),
        path("", include("services.participation.urls")),
        path("", include("cms.urls")),
        prefix_default_language=False,
    ),
]
handler400 = "rathausplatz.views.bad_request"
handler403 = "rathausplatz.views.forbidden"
handler404 = "rathausplatz.views.not_found"
handler500 = "rathausplatz.views.server_error"
