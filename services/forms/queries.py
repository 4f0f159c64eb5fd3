"""What can be asked about forms and drafts."""

from __future__ import annotations

from functools import lru_cache

from django.utils import timezone

from services.definitions.queries import definition

from .models import Draft
from .schema import FormSchema


class FormMissing(LookupError):
    """The definition has no form: it can't be applied for online."""


@lru_cache(maxsize=256)
def form_of(definition_key: str, definition_version: int) -> FormSchema:
    """The form of a published definition, read once per process. Raises DefinitionNotFound, FormMissing."""
    raw = definition(definition_key, definition_version).form
    if raw is None:
        raise FormMissing(f"{definition_key} {definition_version}")
    return FormSchema.from_dict(raw)


def open_draft(token: str) -> Draft | None:
    """The draft of this token while it can be continued; None when it is unknown, sent or expired."""
    drafts = Draft.objects.filter(token=token, claimed_at__isnull=True, expires_at__gt=timezone.now())
    return drafts.first() if token else None


def sent_draft(token: str) -> Draft | None:
    """The draft of this token if it has been sent: its `reference` leads a second click to the case."""
    return Draft.objects.filter(token=token, claimed_at__isnull=False).first() if token else None
