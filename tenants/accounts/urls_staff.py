"""Addresses of the screens for colleagues' accounts."""

from __future__ import annotations

from django.urls import path

from tenants.accounts import export_views, staff_views

urlpatterns = [
    path("arbeitsplatz/personal/", staff_views.staff, name="accounts_staff"),
    path("arbeitsplatz/personal/einladen/", staff_views.invite, name="accounts_invite"),
    path("arbeitsplatz/personal/<int:key>/", staff_views.colleague, name="accounts_colleague"),
    path("arbeitsplatz/personal/<int:key>/sperren/", staff_views.block, name="accounts_block"),
    path("arbeitsplatz/personal/<int:key>/oeffnen/", staff_views.unblock, name="accounts_unblock"),
    path("arbeitsplatz/personal/<int:key>/einladen/", staff_views.invite_again, name="accounts_invite_again"),
    path("arbeitsplatz/mitnehmen/", export_views.exports, name="accounts_exports"),
    path("arbeitsplatz/mitnehmen/bestellen/", export_views.order, name="accounts_exports_order"),
    path("arbeitsplatz/mitnehmen/<uuid:key>/", export_views.download, name="accounts_exports_download"),
]
