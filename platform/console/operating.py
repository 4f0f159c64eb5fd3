"""What operators do to communes and their names, refused to everybody else.

The rooms that do it lie below accounts and can't ask who somebody is; the command line and the schedule call them too.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from django.utils.translation import gettext as _

from tenants.accounts.access import require
from tenants.communes import actions as communes
from tenants.communes.domains import actions as domains
from tenants.communes.domains import rechecks
from tenants.communes.lifecycle import offboarding, removal, tasks
from tenants.communes.models import Commune
from tenants.communes.states import TransitionError

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
delete_commune = _by_operators(removal.delete_commune)
add_domain = _by_operators(domains.add_domain)
make_primary = _by_operators(domains.make_primary)
remove_domain = _by_operators(domains.remove_domain)
recheck_domain = _by_operators(rechecks.recheck_domain)


def order_archive(*, commune: Commune, actor: Any, reason: str) -> None:
    """Have the owner's worker make and prove the final archive of a commune.

    No row keeps this order, so a broker out of reach must be said: raises TransitionError.
    """
    require(actor, PERMISSION)
    if tasks.archive.delay(commune_id=commune.pk, actor=actor.email, reason=reason) is None:
        raise TransitionError(
            _("Der Auftrag ist nicht angekommen: Der Worker ist nicht zu erreichen. Versuchen Sie es noch einmal.")
        )
