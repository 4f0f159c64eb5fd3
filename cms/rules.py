"""Who may do what with pages. Wagtail's own group permissions refine it per page and collection."""

from __future__ import annotations

import rules

from tenants.accounts.rules import is_administrator, is_editor

rules.add_perm("cms.write_page", is_editor | is_administrator)
rules.add_perm("cms.change_contact", is_administrator)
