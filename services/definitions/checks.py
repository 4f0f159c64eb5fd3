"""System checks of the definition packages on disk."""

from __future__ import annotations

from typing import Any

from django.core.checks import CheckMessage, Error, register

from .faults import PackageError
from .reading import read_packages


@register("definitions")
def packages_are_well_formed(**kwargs: Any) -> list[CheckMessage]:
    """definitions.E001: a package on disk can't be loaded."""
    try:
        read_packages()
    except PackageError as error:
        return [
            Error(fault, hint="Beschreibung: docs/reference/definition-package.md", id="definitions.E001")
            for fault in error.faults
        ]
    return []
