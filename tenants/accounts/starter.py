"""What accounts bring to a new commune: the staff's groups and the first administrator's account."""

from __future__ import annotations

from django.contrib.auth.models import Group

from tenants.accounts.models import User, UserKind
from tenants.accounts.rules import ADMINISTRATOR, CLERK, EDITOR, STAFF_GROUPS
from tenants.communes.starters import StarterBrief, register_starter


def seed() -> None:
    """Create the groups of staff."""
    for name in STAFF_GROUPS:
        Group.objects.get_or_create(name=name)


def prepare(brief: StarterBrief) -> None:
    """Create the first administrator without a password; the invitation lets them set one."""
    if not brief.admin_email:
        return
    address = brief.admin_email.lower()
    user = User.objects.filter(email=address).first()
    if user is None:
        user = User.objects.create_user(address, kind=UserKind.STAFF)
    user.groups.add(*Group.objects.filter(name__in=[CLERK, EDITOR, ADMINISTRATOR]))


def register() -> None:
    """Enter this room among the starters."""
    register_starter("accounts", order=10, seed=seed, prepare=prepare)
