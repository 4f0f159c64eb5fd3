"""Addresses of participation. The landing page `/mitmachen/` is the editorial wing's."""

from __future__ import annotations

from django.urls import path

from .views import moderation, public

app_name = "participation"
urlpatterns = [
    path("mitmachen/ideen/", public.ideas, name="ideas"),
    path("mitmachen/ideen/neu/", public.write, name="write"),
    path("mitmachen/ideen/aufgeschrieben/", public.written, name="written"),
    path("mitmachen/ideen/bestaetigen/<str:token>/", public.confirm, name="confirm"),
    path("mitmachen/ideen/<int:pk>/", public.idea, name="idea"),
    path("mitmachen/ideen/<int:pk>/unterstuetzen/", public.support, name="support"),
    path("mitmachen/ideen/<int:pk>/unterstuetzt/", public.supported, name="supported"),
    path("mitmachen/ideen/<int:pk>/melden/", public.report, name="report"),
    path("arbeitsplatz/ideen/", moderation.moderation, name="moderation"),
    path("arbeitsplatz/ideen/<int:pk>/ausblenden/", moderation.hide, name="hide"),
    path("arbeitsplatz/ideen/<int:pk>/zeigen/", moderation.show, name="show"),
    path("arbeitsplatz/ideen/<int:pk>/in-ordnung/", moderation.dismiss, name="dismiss"),
]
