"""What a commune refers to, and which of it an installation lacks."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from tenants.communes.references import references_missing, references_used


def test_references_are_listed_by_key_and_missing_ones_are_named(in_gera: Any) -> None:
    from services.forms.models import Draft

    for token, version in (("a", 1), ("b", 99), ("c", 99)):
        Draft.objects.create(
            token=token, definition_key="wohngeld", definition_version=version, expires_at=timezone.now()
        )
    name = "forms_draft.definition_key+definition_version"
    used = references_used()
    assert used[name] == ["wohngeld 1", "wohngeld 99"]
    assert references_missing(used | {"unknown": ["x"]}) == {name: ["wohngeld 99"], "unknown": ["x"]}
