"""What rooms promise by rows of their own and write as mails later: asked each minute, commune by commune."""

from __future__ import annotations

from collections.abc import Callable

from tenants.communes.registry import Registry

# each writes with `keep_mail` what is still owed; it may be called at any time
sweepers: Registry[Callable[[], object]] = Registry("sweepers of mails")
