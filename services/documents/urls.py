from __future__ import annotations

from django.urls import path

from services.documents import views

app_name = "documents"
urlpatterns = [
    path("pruefen/", views.verify, name="verify"),
    path("pruefen/datei/", views.verify_file, name="verify_file"),
    path("pruefen/<str:code>/", views.verify_by_code, name="verify_code"),
    path("pruefen/<str:code>/kennzeichen/", views.verify_plate, name="verify_plate"),
]
