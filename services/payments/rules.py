"""Who may do what with charges."""

from __future__ import annotations

import rules

from tenants.accounts.rules import is_administrator, is_clerk

rules.add_perm("payments.mark_charge_paid", is_clerk)
rules.add_perm("payments.cancel_charge", is_clerk)
rules.add_perm("payments.change_account", is_administrator)
