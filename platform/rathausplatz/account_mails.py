"""Joins allauth's mails to the commune's look: accounts lie below themes and can't know a brand."""

from __future__ import annotations

from typing import Any

from tenants.accounts.adapters import AccountAdapter
from themes.queries import brand_for_current_commune


class BrandedAccountAdapter(AccountAdapter):
    """Accounts' behaviour, with the brand in every mail."""

    def mail_context(self) -> dict[str, Any]:
        return {**super().mail_context(), "brand": brand_for_current_commune()}
