"""What operators do to communes and their names, refused to everybody else.

The rooms that do it lie below accounts and can't ask who somebody is; the command line and the schedule call them too.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from console import arrival
from tenants.accounts.access import require
from tenants.communes import actions as communes
from tenants.communes.domains import actions as domains
from tenants.communes.domains import rechecks
from tenants.communes.lifecycle import offboarding, orders, removal

PERMISSION = "accounts.operate_platform"
P = ParamSpec("P")
R = TypeVar("R")


def _by_operators(action: Callable[P, R]) -> Callable[P, R]:
    """The same action; raises PermissionDenied for an actor who is no operator."""

    @wraps(action)
    def guarded(*args: P.args, **given: P.kwargs) -> R:
        require(given["actor"], PERMISSION)
        return action(*args, **given)

    return guarded


suspend_commune = _by_operators(communes.suspend_commune)
resume_commune = _by_operators(communes.resume_commune)
begin_offboarding = _by_operators(offboarding.begin_offboarding)
cancel_offboarding = _by_operators(offboarding.cancel_offboarding)
order_archive = _by_operators(orders.order_archive)
order_invitation = _by_operators(arrival.order_invitation)
delete_commune = _by_operators(removal.delete_commune)
add_domain = _by_operators(domains.add_domain)
make_primary = _by_operators(domains.make_primary)
remove_domain = _by_operators(domains.remove_domain)
recheck_domain = _by_operators(rechecks.recheck_domain)
