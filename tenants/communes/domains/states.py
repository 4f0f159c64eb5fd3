"""The life of a host name: one transition table, one function that walks it."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tenants.communes.audit import record_act
from tenants.communes.invalidation import announce
from tenants.communes.models import Commune, Domain, DomainState
from tenants.communes.scope import public_scope

S = DomainState
# pending: claimed, nobody has shown that it is theirs         answers nothing but the well-known path
# verified: the proof was found                                answers, gets a certificate
# active: proven, and the name leads to us                     answers, gets a certificate, may be primary
# failing: was active; proof or way is missing for a while     answers, gets no new certificate, nobody is sent to it
# removed: given up by somebody or by time; a tombstone        answers nothing
TRANSITIONS: dict[str, frozenset[str]] = {
    S.PENDING: frozenset({S.VERIFIED, S.REMOVED}),
    S.VERIFIED: frozenset({S.ACTIVE, S.PENDING, S.REMOVED}),
    S.ACTIVE: frozenset({S.FAILING, S.REMOVED}),
    S.FAILING: frozenset({S.ACTIVE, S.REMOVED}),
    S.REMOVED: frozenset(),
}


class DomainError(Exception):
    """A host name can't be what is wanted of it. The text is for the person who tried."""


def lock_domains_of(commune_id: int) -> None:
    """Let nobody else change a commune's host names until the transaction ends. Comes before the lock of any of them.

    Leaves foreign keys to the commune alone: archives, runs and rollouts of it are not held up.
    """
    Commune.objects.select_for_update(no_key=True).only("pk").get(pk=commune_id)


def change_domain_state(*, domain: Domain, to: str, actor: Any, reason: str = "") -> Domain:
    """Move `domain` to the state `to` with an audit row; every process forgets what it knows of hosts.

    `reason` is a code of `wording.PROBLEMS` or a person's words. Asking for the state it is in changes nothing. Locks
    the row, so that two at once can't both move it. Raises DomainError for a way that does not exist, IntegrityError
    when another commune has proven the name.
    """
    with public_scope(), transaction.atomic():
        row = Domain.objects.select_for_update(of=("self",)).select_related("tenant").get(pk=domain.pk)
        if row.state == to:
            return row
        if to not in TRANSITIONS[row.state]:
            raise DomainError(
                _("%(name)s ist „%(now)s“ und kann nicht „%(to)s“ werden.")
                % {"name": row.domain, "now": row.get_state_display(), "to": DomainState(to).label}
            )
        before, row.state = row.state, to
        _date(row)
        row.save(update_fields=["state", "verified_at", "failing_since"])
        record_domain_act(row, f"domain.{to}", actor, {"from": before, "reason": reason})
    return row


def _date(row: Domain) -> None:
    if row.state == S.VERIFIED:
        row.verified_at = timezone.now()
    elif row.state == S.PENDING:
        row.verified_at = None
    if row.state == S.ACTIVE:
        row.failing_since = None


def record_domain_act(row: Domain, verb: str, actor: Any, detail: dict[str, str] | None = None) -> None:
    """The audit row of an act on a host name, and the word to every process. Inside the act's transaction."""
    schema = row.tenant.schema_name
    record_act(actor=actor, verb=verb, target=schema, detail={"name": row.domain} | (detail or {}))
    announce("hosts", schema)
