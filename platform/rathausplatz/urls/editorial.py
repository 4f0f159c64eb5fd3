"""The editors' desk and the files editors publish."""

from __future__ import annotations

from django.urls import include, path
from django.views.generic import RedirectView
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.documents import urls as wagtaildocs_urls

from cms.media import picture
from cms.views import no_rehearsal
from tenants.accounts.access import public

urlpatterns = [
    # one sign-in for everybody, second factor included
    path("redaktion/login/", public(RedirectView.as_view(pattern_name="account_login", query_string=True))),
    # Wagtail rehearses its error pages there, a failure included
    path("redaktion/failwhale/", no_rehearsal),
    path("redaktion/", include(wagtailadmin_urls)),
    path("media/<path:name>", picture, name="picture"),
    path("dokumente/", include(wagtaildocs_urls)),
]
