"""Who may change what a commune offers."""

from __future__ import annotations

import rules

from tenants.accounts.rules import is_administrator

rules.add_perm("catalogue.manage_offerings", is_administrator)
