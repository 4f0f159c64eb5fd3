"""Packages become published definitions, once."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import DatabaseError, transaction

from services.definitions import queries
from services.definitions.actions import load_packages
from services.definitions.models import ServiceDefinition
from tenants.communes.scope import owner_scope


def rows() -> list[Any]:
    return list(ServiceDefinition.objects.values_list("key", "version", "checksum", "published_at"))


def test_every_package_is_loaded_when_the_database_is_made(in_gera: Any) -> None:
    assert "bewohnerparkausweis" in {each.key for each in queries.all_newest()}


def test_loading_again_changes_nothing(db: None) -> None:
    with owner_scope("public"):
        before = rows()
        loaded = load_packages()
        assert loaded == [(key, version) for key, version, *_rest in before]
        assert rows() == before


def test_the_database_refuses_to_change_a_published_definition(db: None) -> None:
    with owner_scope("public"):
        published = ServiceDefinition.objects.filter(key="bewohnerparkausweis")
        with pytest.raises(DatabaseError, match="published and final"), transaction.atomic():
            published.update(checksum="x")
        with pytest.raises(DatabaseError, match="published and final"), transaction.atomic():
            published.delete()
