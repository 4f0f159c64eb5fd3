"""What everybody sees without signing in."""

from __future__ import annotations

import pytest

from tests.journeys.conftest import Invite
from tests.journeys.visitor import assert_accessible, assert_fits


@pytest.mark.parametrize("town", ["gera", "wurzen", "augustusburg"])
def test_a_portal_opens(invite: Invite, town: str) -> None:
    page = invite().open(town)
    assert_fits(page)
    assert_accessible(page)
