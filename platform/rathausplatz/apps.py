from __future__ import annotations

from django.apps import AppConfig


class RathausplatzConfig(AppConfig):
    name = "rathausplatz"
    verbose_name = "Rathausplatz"

    def ready(self) -> None:
        from tenants.communes.counters import uncounted

        uncounted.register("metrics", note_uncounted)


def note_uncounted() -> None:
    """A limit let somebody through because it could not count."""
    # only here: commands load the apps before they have said where their processes count
    from rathausplatz.metrics.counters import UNCOUNTED

    UNCOUNTED.inc()
