"""The demonstration on the data of an earlier start."""

from __future__ import annotations

from typing import Any

import pytest
from rathausplatz.demo.command import _has_communes

from tests.conftest import database_url
from tests.settings import APP_LOGIN


def test_the_web_s_login_sees_that_the_communes_are_there(
    postgres_url: str, gera: Any, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = settings.DATABASES["default"]["NAME"]
    monkeypatch.setenv("DATABASE_URL", database_url(postgres_url, name, APP_LOGIN))
    assert _has_communes()
    monkeypatch.setenv("DATABASE_URL", database_url(postgres_url, "template1", ""))
    assert not _has_communes()
