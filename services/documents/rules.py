"""Who may do what with issued documents. Issuing itself is done by a case, which has its own rule."""

from __future__ import annotations

import rules

from tenants.accounts.rules import is_clerk

rules.add_perm("documents.revoke_document", is_clerk)
