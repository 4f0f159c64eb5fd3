"""The demonstration on the data of an earlier start, and the embedded server after it."""

from __future__ import annotations

from typing import Any

import pytest
from rathausplatz.demo.command import _is_migrated

from tests.conftest import database_url
from tests.settings import APP_LOGIN


def test_the_web_s_login_sees_whether_the_database_is_migrated(
    postgres_url: str, gera: Any, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = settings.DATABASES["default"]["NAME"]
    monkeypatch.setenv("DATABASE_URL", database_url(postgres_url, name, APP_LOGIN))
    assert _is_migrated()
    monkeypatch.setenv("DATABASE_URL", database_url(postgres_url, "template1", ""))
    assert not _is_migrated()
