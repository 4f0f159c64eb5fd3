"""Who may do what with cases. Applicants need no permission: a grant opens their own case, see `access.py`."""

from __future__ import annotations

from typing import Any

import rules

from services.cases.models import Case
from tenants.accounts.rules import is_clerk, is_signed_in


@rules.predicate
def is_not_about_themselves(user: Any, case: Case | None) -> bool:
    """Nobody does anything in a case of their own (§ 20 VwVfG): decide, ask, settle the fee, restart what failed.

    A case is one's own by the account it was sent from, or by any address of the account.
    """
    if case is None:
        return True
    return bool(user.pk != case.user_id and case.applicant_email.lower() not in user.addresses)


rules.add_perm("cases.open_own_page", is_signed_in)
rules.add_perm("cases.see_inbox", is_clerk)
rules.add_perm("cases.see_case", is_clerk)
rules.add_perm("cases.decide_case", is_clerk & is_not_about_themselves)
rules.add_perm("cases.ask_applicant", is_clerk & is_not_about_themselves)
rules.add_perm("cases.settle_charge", is_clerk & is_not_about_themselves)
rules.add_perm("cases.retry_step", is_clerk & is_not_about_themselves)
