"""Cases over the API."""

from __future__ import annotations

from typing import Any

from services.cases.access import access_code
from tenants.accounts.models import User
from tenants.communes.scope import commune_scope

from .conftest import run_all, submitted


def test_number_and_code_give_state_and_history(portal: Any, gera: Any) -> None:
    with commune_scope(gera):
        case = submitted()
        run_all(case)
        key = {"number": case.number, "code": access_code(case)}
    answer = portal.post("/api/v1/cases/status", key, content_type="application/json")
    assert answer.status_code == 200
    told = answer.json()
    assert (told["number"], told["state"], told["decided_by_system"]) == (case.number, "granted", True)
    assert [line["title"] for line in told["timeline"]] == [
        "Antrag eingegangen",
        "Rechnung gestellt: 30,70\u00a0€",
        "Geprüft und bewilligt",
    ]
    wrong = portal.post("/api/v1/cases/status", key | {"code": "22222222"}, content_type="application/json")
    assert wrong.status_code == 404


def test_only_the_owner_lists_cases(portal: Any, gera: Any) -> None:
    assert portal.get("/api/v1/cases").status_code == 401
    with commune_scope(gera):
        owner = User.objects.create_user("ada@example.org")
        other = User.objects.create_user("bob@example.org")
        case = submitted(user=owner)
        portal.force_login(owner)
    assert [each["number"] for each in portal.get("/api/v1/cases").json()] == [case.number]
    with commune_scope(gera):
        portal.force_login(other)
    assert portal.get("/api/v1/cases").json() == []
