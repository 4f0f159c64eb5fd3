"""People at a portal, and the codes they type."""

from __future__ import annotations

import pytest

from tests.factories.accounts import App


@pytest.fixture
def app(monkeypatch: pytest.MonkeyPatch) -> App:
    """An app with one-time codes."""
    return App(monkeypatch)
