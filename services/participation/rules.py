"""Who may do what with ideas. Writing, supporting and reporting need no account."""

from __future__ import annotations

import rules

from tenants.accounts.rules import is_administrator, is_editor

rules.add_perm("participation.moderate_ideas", is_editor | is_administrator)
