"""People: citizens and staff in their commune's schema, operators in `public`."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models.functions import Lower
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _


class UserKind(models.TextChoices):
    """Who somebody is to the platform."""

    CITIZEN = "citizen", _("Bürgerin oder Bürger")
    STAFF = "staff", _("Verwaltung")
    OPERATOR = "operator", _("Betreiber")


class UserManager(BaseUserManager["User"]):
    """Creates accounts; the e-mail address is the name to sign in with, compared in lower case."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        """Create an account. `password` None makes one that can't sign in by password yet."""
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        """Create an operator (in public) or a commune's administrator with every right."""
        return self.create_user(email, password, kind=UserKind.OPERATOR, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email=(username or "").lower())


class User(AbstractBaseUser, PermissionsMixin):
    """One account. Its rights come from `kind` and its groups, see `rules.py`."""

    email = models.EmailField(_("E-Mail-Adresse"), unique=True)
    name = models.CharField(_("Name"), max_length=150, blank=True)
    kind = models.CharField(_("Art des Kontos"), max_length=10, choices=UserKind, default=UserKind.CITIZEN)
    is_active = models.BooleanField(_("aktiv"), default=True)
    language = models.CharField(_("Sprache"), max_length=5, default="de")
    created_at = models.DateTimeField(auto_now_add=True)
    invited_at = models.DateTimeField(_("eingeladen"), null=True, blank=True)
    # part of what a session is checked against: another stamp ends every session, see `sessions.py`
    session_stamp = models.CharField(max_length=32, blank=True, default="", db_default="")

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        verbose_name = _("Konto")
        verbose_name_plural = _("Konten")
        constraints = [
            models.CheckConstraint(condition=models.Q(kind__in=UserKind.values), name="user_kind_known"),
            models.CheckConstraint(condition=models.Q(email=Lower("email")), name="user_email_lower"),
        ]

    def __str__(self) -> str:
        return self.name or self.email

    @property
    def is_staff(self) -> bool:
        """Whether this person works for the commune or the platform (Django and Wagtail ask for it)."""
        return self.kind in (UserKind.STAFF, UserKind.OPERATOR)

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """What Django keeps in a session and compares with each request: it changes with the password, and the stamp.

        Without a stamp it is Django's own, so that sessions of the release before go on.
        """
        plain = super()._get_session_auth_hash(secret)  # type: ignore[misc]  # the stubs don't know it
        if not self.session_stamp:
            return str(plain)
        return salted_hmac("tenants.accounts.session", f"{plain}{self.session_stamp}", secret=secret).hexdigest()

    def get_full_name(self) -> str:
        """The name for greetings; the address where there is none."""
        return self.name or self.email

    def get_short_name(self) -> str:
        """The same as the full name: German names are not shortened by guessing."""
        return self.get_full_name()

    @property
    def addresses(self) -> frozenset[str]:
        """Every e-mail address of the account in lower case, confirmed or not, read once per object."""
        if not hasattr(self, "_addresses"):
            added = self.emailaddress_set.values_list("email", flat=True)  # type: ignore[attr-defined]  # allauth's
            self._addresses = frozenset(address.lower() for address in (self.email, *added))
        return self._addresses

    @property
    def group_names(self) -> frozenset[str]:
        """The names of this person's groups, read once per object."""
        if not hasattr(self, "_group_names"):
            self._group_names = frozenset(self.groups.values_list("name", flat=True))
        return self._group_names
