"""What an administrator can do with the accounts of a commune's staff."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import Group
from django.db import transaction
from django.utils.translation import gettext as _

from tenants.accounts.access import require
from tenants.accounts.invitations import INVITED, invite, record_failure, unreached_administrator
from tenants.accounts.models import User, UserKind
from tenants.accounts.rules import ADMINISTRATOR, STAFF_GROUPS
from tenants.accounts.sessions import delete_sessions, end_sessions
from tenants.communes.archives.readable.orders import order_readable_export
from tenants.communes.audit import NamedActor, record_act
from tenants.communes.models import ReadableExport
from tenants.communes.scope import require_commune

PERMISSION = "accounts.manage_staff"


class StaffError(Exception):
    """Something that must not be done to an account; the text says what to do instead."""


@transaction.atomic
def invite_colleague(*, actor: Any, email: str, name: str, groups: Iterable[str]) -> User:
    """Create an account without a password, and write its invitation down.

    A citizen's account of this address becomes one of staff. It keeps its password if the address was confirmed; else
    somebody else may have made it, and all ways to sign in to it end. Its sessions end: they were a citizen's. Raises
    StaffError for somebody who is staff already.
    """
    require(actor, PERMISSION)
    user = User.objects.select_for_update().filter(email=email.lower()).first()
    if user is not None and user.kind == UserKind.STAFF:
        raise StaffError(_("%(email)s gehört schon zum Personal.") % {"email": user.email})
    if user is None:
        user = User.objects.create_user(email, None, name=name, kind=UserKind.STAFF)
    else:
        user.kind, user.name = UserKind.STAFF, name or user.name
        user.save(update_fields=["kind", "name"])
        _shut_out_strangers(user)
        delete_sessions(user)
    _set_groups(user, groups)
    _record(actor, INVITED, user)
    invite(user_id=user.pk)
    return user


def _shut_out_strangers(user: User) -> None:
    """End every way to sign in to an account whose address nobody has confirmed."""
    if EmailAddress.objects.filter(user=user, email__iexact=user.email, verified=True).exists():
        return
    user.set_unusable_password()
    user.save(update_fields=["password"])
    Authenticator.objects.filter(user=user).delete()
    EmailAddress.objects.filter(user=user).exclude(email__iexact=user.email).delete()


@transaction.atomic
def change_colleague(*, actor: Any, user: User, name: str, groups: Iterable[str]) -> User:
    """Change a colleague's name and groups. Nobody takes the administration away from themselves.

    With other groups all sessions of the account end, so that none goes on with rights of before.
    """
    require(actor, PERMISSION)
    wanted = set(groups)
    if user.pk == actor.pk and ADMINISTRATOR not in wanted:
        raise StaffError(_("Die Verwaltung können Sie sich nicht selbst entziehen. Bitten Sie jemand anderen darum."))
    user.name = name
    user.save(update_fields=["name"])
    before = set(user.groups.values_list("name", flat=True))
    _set_groups(user, wanted)
    if before != wanted & STAFF_GROUPS.keys():
        end_sessions(user) if user.pk == actor.pk else delete_sessions(user)
    _record(actor, "staff.changed", user)
    return user


@transaction.atomic
def set_colleague_active(*, actor: Any, user: User, active: bool) -> User:
    """Block an account or open it again. Doing it twice changes nothing; nobody blocks themselves.

    Blocking deletes the account's sessions and makes links for a password worthless: opening it again revives nothing.
    """
    require(actor, PERMISSION)
    if user.pk == actor.pk:
        raise StaffError(_("Das eigene Konto können Sie nicht sperren."))
    if user.is_active != active:
        user.is_active = active
        user.save(update_fields=["is_active"])
        if not active:
            delete_sessions(user)
        _record(actor, "staff.opened" if active else "staff.blocked", user)
    return user


@transaction.atomic
def invite_again(*, actor: Any, user: User) -> None:
    """Send another invitation; the links of earlier ones stay good until a password is chosen."""
    require(actor, PERMISSION)
    _record(actor, INVITED, user)
    invite(user_id=user.pk, again=True)


@transaction.atomic
def invite_administrator_again(*, email: str, inviter: str) -> bool:
    """Invite the administrator whom nobody has reached once more, at the right address; links of before end with it.

    For the operator, by a task: nobody of the commune can sign in yet. Returns False, and changes nothing, where
    somebody can, or where another account has the address; that is recorded.
    """
    user = unreached_administrator()
    if user is None:
        return False
    if user.email != email:
        if User.objects.filter(email=email).exists():
            record_failure(account=user.pk, problem=_("Diese Adresse hat hier schon ein anderes Konto."))
            return False
        EmailAddress.objects.filter(user=user).delete()
        user.email = email
        user.save(update_fields=["email"])
    _record(NamedActor(inviter), INVITED, user)
    return invite(user_id=user.pk, again=True)


def order_export(*, actor: Any) -> ReadableExport:
    """Order a readable export of everything the commune has here. Raises PermissionDenied but for administrators."""
    require(actor, "accounts.export_commune")
    return order_readable_export(actor=actor)


def _set_groups(user: User, groups: Iterable[str]) -> None:
    user.groups.set(Group.objects.filter(name__in=set(groups) & STAFF_GROUPS.keys()))


def _record(actor: Any, verb: str, user: User) -> None:
    """On the platform's record without the person's name or address: those stay in the commune."""
    groups = sorted(user.groups.values_list("name", flat=True))
    record_act(actor=actor, verb=verb, target=require_commune().schema, detail={"account": user.pk, "groups": groups})
