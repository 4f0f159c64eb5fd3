from __future__ import annotations

from django.apps import AppConfig


class RathausplatzConfig(AppConfig):
    name = "rathausplatz"
    verbose_name = "Rathausplatz"
