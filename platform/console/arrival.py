"""Whether anybody of a commune was reached: as long as nobody was, only the operator can do something about it.

The console never looks into a commune. The record says whose invitation failed; a task of the commune invites again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tenants.accounts.invitations import FAILED, INVITED
from tenants.accounts.tasks import invite_administrator
from tenants.communes.fields import MailField
from tenants.communes.models import AuditEntry, Commune
from tenants.communes.states import OPEN_STATES


class OrderLostError(Exception):
    """The worker could not be told. The text is for who ordered."""


class ArrivalForm(forms.Form):
    """Where the invitation goes."""

    email = MailField(label=_("E-Mail-Adresse"), help_text=_("Dorthin geht die Einladung."))


@dataclass(frozen=True, slots=True)
class Unreached:
    """What the mail server said, and the address that the operator once gave."""

    problem: str
    email: str


def _failures() -> QuerySet[AuditEntry]:
    """Of each commune the last that is known of its invitations, where that is a failure."""
    news = AuditEntry.objects.filter(verb__in=(FAILED, INVITED)).order_by("target", "-pk").distinct("target")
    return AuditEntry.objects.filter(pk__in=news.values("pk"), verb=FAILED)


def nobody_was_reached() -> Q:
    """Communes that nobody has come to yet, and whose invitation did not arrive."""
    return Q(schema_name__in=_failures().values("target"), last_activity_at=None, state__in=OPEN_STATES)


def unreached_at(commune: Commune) -> Unreached | None:
    """What became of a commune's invitation, where it did not arrive and nobody has come yet."""
    if commune.state not in OPEN_STATES or commune.last_activity_at is not None:
        return None
    failure = _failures().filter(target=commune.schema_name).first()
    run = commune.provisioning_runs.order_by("-created_at").first()
    email = str(run.brief.get("admin_email", "")) if run else ""
    return Unreached(str(failure.detail.get("reason", "")), email) if failure else None


def order_invitation(*, commune: Commune, actor: Any, email: str) -> None:
    """Have the commune's administrator invited once more. Until that is done the page goes on to say it.

    Raises OrderLostError when the worker can't be told.
    """
    sent = invite_administrator.delay(schema=commune.schema_name, email=email.lower(), inviter=actor.email)
    if sent is None:
        raise OrderLostError(
            gettext(
                "Der Auftrag ist nicht angekommen: Der Worker ist nicht zu erreichen. Versuchen Sie es noch einmal."
            )
        )
