"""A commune moves to another PostgreSQL while it works: nothing is lost, doubled or written in the wrong place."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest
from django.core.management import call_command
from django.db import connection

from tenants.accounts.models import User
from tenants.communes.models import Move
from tenants.communes.queries import find_commune
from tenants.communes.scope import commune_scope

pytestmark = pytest.mark.commits


def test_it_moves_there_and_back(jena: Any, east: str) -> None:
    with commune_scope(jena):
        User.objects.create_user("eins@jena.example", name="Eins")
    call_command("commune", "move", "jena", "--to", "main")
    moved = find_commune("jena").ref()
    assert (moved.cell, moved.read_only) == ("main", False)
    with commune_scope(moved):
        assert User.objects.get(email="eins@jena.example").name == "Eins"
        User.objects.create_user("zwei@jena.example", name="Zwei")
    call_command("commune", "move", "jena", "--to", east, "--drop")
    with commune_scope(find_commune("jena").ref()):
        assert set(User.objects.values_list("name", flat=True)) >= {"Eins", "Zwei"}
        User.objects.create_user("drei@jena.example", name="Drei")
