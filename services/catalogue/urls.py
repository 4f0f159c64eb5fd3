"""The administration's addresses, and one to tell it what is missing. Services' pages are the editorial wing's."""

from __future__ import annotations

from django.urls import path

from . import missing, views

app_name = "catalogue"
urlpatterns = [
    path("suche/fehlt/", missing.missing, name="missing"),
    path("arbeitsplatz/leistungen/", views.offerings, name="offerings"),
    path("arbeitsplatz/rathaus/", views.town_hall, name="town_hall"),
    path("arbeitsplatz/leistungen/<slug:slug>/", views.offering, name="offering"),
    path("arbeitsplatz/leistungen/<slug:slug>/veroeffentlichen/", views.publish, name="publish"),
    path("arbeitsplatz/leistungen/<slug:slug>/zurueckziehen/", views.withdraw, name="withdraw"),
]
