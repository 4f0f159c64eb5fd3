"""An operator who is signed in, and a directory to choose from."""

from __future__ import annotations

from typing import Any

import pytest
from console.actions import create_operator, import_directory
from console.queries import DEMO_DIRECTORY

PASSWORD = "apfel kahn turm 7"


@pytest.fixture
def operator(db: None) -> Any:
    return create_operator(email="bettina@betrieb.example", name="Bettina Betrieb", password=PASSWORD)


@pytest.fixture
def console(console_client: Any, operator: Any) -> Any:
    """The console's client, signed in by its form."""
    answer = console_client.post("/konto/anmelden/", {"login": operator.email, "password": PASSWORD})
    assert answer.status_code == 302, answer.content.decode()
    assert answer.headers["Location"] == "/"
    return console_client


@pytest.fixture
def directory(db: None) -> None:
    import_directory(path=DEMO_DIRECTORY)
