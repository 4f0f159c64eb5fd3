"""What an installation for real visitors must not begin with."""

from __future__ import annotations

from typing import Any

import pytest

from tenants.communes.checks import proxies_are_counted


@pytest.mark.parametrize(("hops", "demo", "found"), [(0, False, ["communes.E010"]), (0, True, []), (1, False, [])])
def test_visitors_without_addresses_of_their_own_are_found(
    settings: Any, hops: int, demo: bool, found: list[str]
) -> None:
    settings.PROXY_HOPS, settings.DEMO = hops, demo
    assert [fault.id for fault in proxies_are_counted(None)] == found
