"""The room of decisions: rules, no tables."""

from __future__ import annotations

from django.apps import AppConfig


class DecisionsConfig(AppConfig):
    """Registers how a decision table in a package is checked."""

    name = "services.decisions"
    label = "decisions"
    verbose_name = "Entscheidungen"

    def ready(self) -> None:
        from services.definitions.parts import part_checks

        from .engine import validate_table

        part_checks.register("decision", validate_table)
