"""What can be asked about accounts."""

from __future__ import annotations

from django.db.models import QuerySet

from tenants.accounts.models import User, UserKind


def staff_of_commune() -> QuerySet[User]:
    """Everybody who works for the current commune, blocked accounts last."""
    staff = User.objects.filter(kind=UserKind.STAFF).prefetch_related("groups")
    return staff.order_by("-is_active", "name", "email")
