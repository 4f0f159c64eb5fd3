"""What can be asked about accounts."""

from __future__ import annotations

from typing import Any

from allauth.account.models import EmailAddress
from django.db.models import QuerySet

from tenants.accounts.models import User, UserKind


def staff_of_commune() -> QuerySet[User]:
    """Everybody who works for the current commune, blocked accounts last."""
    staff = User.objects.filter(kind=UserKind.STAFF).prefetch_related("groups")
    return staff.order_by("-is_active", "name", "email")


def has_confirmed(user: Any, address: str) -> bool:
    """Whether this account has shown that it reads mails to `address`. One query for somebody who is signed in."""
    if not user.is_authenticated:
        return False
    return bool(EmailAddress.objects.filter(user=user, email__iexact=address, verified=True).exists())
