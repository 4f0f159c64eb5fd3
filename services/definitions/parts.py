"""Parts of a package that only a higher room can judge: it registers a check when it is loaded.

„form“ is registered by services.forms, „decision“ by services.decisions. A check raises ValueError with
German lines.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from tenants.communes.registry import Registry

PartCheck: TypeAlias = Callable[[Mapping[str, Any]], None]

part_checks: Registry[PartCheck] = Registry("package parts")
