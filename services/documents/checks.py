"""Invariants of the installation: what must be right before documents leave the house."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.template import TemplateDoesNotExist
from django.template.loader import get_template

from services.documents import fonts
from services.documents.letters import letters
from services.documents.seal_keys import SealKeyUnusable, current_seal

_NOTICE = timedelta(days=60)


@register(Tags.security, deploy=True)
def the_seal_is_fit_for_production(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """documents.E001 development key, E002 unusable key, E003 expired, W001 expires soon."""
    try:
        seal = current_seal()
    except SealKeyUnusable as error:
        return [Error(str(error), hint="DOCUMENT_SEAL_KEY, DOCUMENT_SEAL_CERTIFICATE", id="documents.E002")]
    left = seal.not_after - datetime.now(UTC)
    messages: list[CheckMessage] = []
    if seal.is_development:
        hint = "Set DOCUMENT_SEAL_KEY and DOCUMENT_SEAL_CERTIFICATE to the seal of the municipality or operator."
        messages.append(Error("Documents are sealed with the development key.", hint=hint, id="documents.E001"))
    if left < timedelta(0):
        messages.append(Error("The certificate of the document seal has expired.", id="documents.E003"))
    elif left < _NOTICE:
        messages.append(Warning(f"The document seal expires in {left.days} days.", id="documents.W001"))
    return messages


@register(Tags.templates)
def every_letter_has_a_template(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """documents.E004: a registered letter whose template is missing."""
    return [
        Error(f"The letter {name!r} has no template {letter.path!r}.", id="documents.E004")
        for name, letter in letters.items()
        if not _exists(letter.path)
    ]


@register()
def typefaces_are_installed(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """documents.E005: without embedded typefaces a PDF is not PDF/A."""
    if fonts.BODY in fonts.known_families():
        return []
    return [Error(f"The typeface {fonts.BODY!r} for letters is not installed.", id="documents.E005")]


def _exists(path: str) -> bool:
    try:
        get_template(path)
    except TemplateDoesNotExist:
        return False
    return True
