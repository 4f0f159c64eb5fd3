"""What a commune's portal answers."""

from __future__ import annotations

from django.conf.urls.i18n import i18n_patterns
from django.urls import include, path

from rathausplatz.urls.built import built
from rathausplatz.views import healthz, readyz

urlpatterns = [
    path("healthz", healthz),
    path("readyz", readyz),
    *built("themes.urls"),
    *built("rathausplatz.urls.editorial"),
    *built("rathausplatz.urls.api"),
    *i18n_patterns(
        path("konto/", include("tenants.accounts.urls")),
        path("", include("tenants.accounts.urls_staff")),
        *built("services.catalogue.urls"),
        *built("services.cases.urls"),
        *built("services.documents.urls"),
        *built("services.participation.urls"),
        *built("cms.urls"),
        prefix_default_language=False,
    ),
]
handler400 = "rathausplatz.views.bad_request"
handler403 = "rathausplatz.views.forbidden"
handler404 = "rathausplatz.views.not_found"
handler500 = "rathausplatz.views.server_error"
