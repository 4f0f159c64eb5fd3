"""Accounts for the console from the command line."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from console.actions import create_operator
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command

from tenants.accounts.models import User, UserKind


def test_an_operator_is_created_with_a_password_from_standard_input(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("apfel kahn turm 7\n"))
    out = io.StringIO()
    call_command("operator", "create", "--email", "Neu@Betrieb.example", "--password-stdin", "--json", stdout=out)
    assert json.loads(out.getvalue()) == {"email": "neu@betrieb.example", "console": "http://console.localhost"}
    user = User.objects.get(email="neu@betrieb.example")
    assert (user.kind, user.check_password("apfel kahn turm 7")) == (UserKind.OPERATOR, True)


def test_a_weak_password_or_a_taken_address_is_refused_in_a_sentence(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("123\n"))
    with pytest.raises(CommandError, match="kurz"):
        call_command("operator", "create", "--email", "neu@betrieb.example", "--password-stdin")
    assert User.objects.filter(email="neu@betrieb.example").count() == 0
    create_operator(email="neu@betrieb.example")
    with pytest.raises(ValidationError, match="gibt es schon"):
        create_operator(email="NEU@betrieb.example")


def test_without_a_terminal_the_command_says_how_to_give_the_password(db: None, monkeypatch: Any) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    with pytest.raises(CommandError, match="--password-stdin"):
        call_command("operator", "create", "--email", "neu@betrieb.example")
