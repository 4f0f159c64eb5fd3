"""What holds for the tests of all services."""

from __future__ import annotations

import pytest

# WeasyPrint leaves the file of its colour profile to the garbage collector
_LEFT_OPEN = "ignore:Exception ignored in. <_io.FileIO name=.*sRGB2014.icc:pytest.PytestUnraisableExceptionWarning"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        item.add_marker(pytest.mark.filterwarnings(_LEFT_OPEN))
