"""Addresses of the console."""

from __future__ import annotations

from django.urls import path

from console.views import addresses, communes, lifecycle, onboarding, record, runs
from tenants.accounts.views import account_page

urlpatterns = [
    path("konto/", account_page, name="account_home"),
    path("", communes.communes, name="console_communes"),
    path("kommunen/<slug:slug>/", communes.commune, name="console_commune"),
    path("kommunen/<slug:slug>/aussetzen/", communes.suspend, name="console_suspend"),
    path("kommunen/<slug:slug>/fortsetzen/", communes.resume, name="console_resume"),
    path("kommunen/<slug:slug>/einladen/", communes.invite, name="console_invite"),
    path("kommunen/<slug:slug>/adressen/", addresses.add, name="console_address_add"),
    path("kommunen/<slug:slug>/adressen/<int:key>/pruefen/", addresses.check, name="console_address_check"),
    path("kommunen/<slug:slug>/adressen/<int:key>/hauptadresse/", addresses.primary, name="console_address_primary"),
    path("kommunen/<slug:slug>/adressen/<int:key>/entfernen/", addresses.remove, name="console_address_remove"),
    path("kommunen/<slug:slug>/auszug/", lifecycle.offboard, name="console_offboard"),
    path("kommunen/<slug:slug>/bleibt/", lifecycle.stay, name="console_stay"),
    path("kommunen/<slug:slug>/archivieren/", lifecycle.archive, name="console_archive"),
    path("kommunen/<slug:slug>/loeschen/", lifecycle.delete, name="console_delete"),
    path("aufnahme/", onboarding.choose, name="console_onboarding"),
    path("aufnahme/beginnen/", onboarding.begin, name="console_onboarding_begin"),
    path("aufnahme/frei/", onboarding.free_entry, name="console_onboarding_free"),
    path("aufnahme/lauf/<uuid:key>/", runs.run, name="console_run"),
    path("aufnahme/lauf/<uuid:key>/erneut/", runs.retry, name="console_run_retry"),
    path("aufnahme/<uuid:key>/pruefen/", onboarding.check, name="console_onboarding_check"),
    path("aufnahme/<uuid:key>/verwerfen/", onboarding.discard, name="console_onboarding_discard"),
    path("aufnahme/<uuid:key>/<slug:step>/", onboarding.answer, name="console_onboarding_step"),
    path("protokoll/", record.record, name="console_record"),
]
