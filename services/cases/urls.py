"""Addresses of the room on a portal."""

from __future__ import annotations

from django.urls import include, path

from services.cases.views import account, apply, desk, track

patterns = [
    path("antrag/<slug:slug>/", apply.start, name="start"),
    path("antrag/<slug:slug>/pruefen/", apply.check, name="check"),
    path("antrag/<slug:slug>/danke/", apply.thanks, name="thanks"),
    path("antrag/<slug:slug>/<slug:step_key>/", apply.step, name="step"),
    path("vorgang/", track.track, name="track"),
    path("vorgang/<str:number>/", track.status, name="status"),
    path("vorgang/<str:number>/gruende/", track.reasons, name="reasons"),
    path("vorgang/<str:number>/nachricht/", track.message, name="message"),
    path("vorgang/<str:number>/zurueckziehen/", track.withdraw, name="withdraw"),
    path("vorgang/<str:number>/zugang/<str:token>/", track.open_by_link, name="open"),
    path("vorgang/<str:number>/dokument/<str:code>/", track.document, name="document"),
    path("konto/vorgaenge/", account.my_cases, name="my_cases"),
    path("arbeitsplatz/", desk.inbox, name="inbox"),
    path("arbeitsplatz/vorgaenge/<str:number>/", desk.case_page, name="desk_case"),
    path("arbeitsplatz/vorgaenge/<str:number>/entscheiden/", desk.decide, name="desk_decide"),
    path("arbeitsplatz/vorgaenge/<str:number>/fragen/", desk.ask, name="desk_ask"),
    path("arbeitsplatz/vorgaenge/<str:number>/schritte/<slug:name>/", desk.retry, name="desk_retry"),
    path("arbeitsplatz/vorgaenge/<str:number>/rechnung/<int:charge>/", desk.paid, name="desk_paid"),
    path("arbeitsplatz/vorgaenge/<str:number>/dokument/<str:code>/", desk.document, name="desk_document"),
    path("arbeitsplatz/vorgaenge/<str:number>/datei/<int:pk>/", desk.upload, name="desk_upload"),
]
urlpatterns = [
    path("konto/", account.my_page, name="account_home"),
    path("", include((patterns, "cases"))),
]
