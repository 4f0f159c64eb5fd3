"""System checks of the forms in the packages on disk."""

from __future__ import annotations

from typing import Any

from django.core.checks import CheckMessage, Error, register

from services.definitions.faults import PackageError
from services.definitions.reading import read_packages

from .answer_checks import answer_checks
from .schema import FormSchema


@register("forms")
def answer_checks_are_registered(**kwargs: Any) -> list[CheckMessage]:
    """forms.E001: a form names a check that no room has registered; filling it in would fail."""
    try:
        packages = read_packages()
    except PackageError:
        return []  # definitions.E001 says so
    return [
        Error(
            f"{package.key}/form.yaml: „check: {field.check}“ ist nirgends registriert.",
            hint="Registrieren Sie die Prüfung in services.forms.answer_checks.",
            id="forms.E001",
        )
        for package in packages
        if package.content["form"]
        for _step, field in FormSchema.from_dict(package.content["form"]).fields()
        if field.check and field.check not in answer_checks
    ]
