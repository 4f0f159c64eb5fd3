"""Who may change how a commune looks."""

from __future__ import annotations

import rules

from tenants.accounts.rules import is_administrator

rules.add_perm("themes.change_brand", is_administrator)
