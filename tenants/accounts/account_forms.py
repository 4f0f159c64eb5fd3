"""allauth's forms where ours say or do more: who may have how short a password, and what a known address costs."""

from __future__ import annotations

from copy import deepcopy
from typing import Any, TypeVar

from allauth.account.adapter import get_adapter
from allauth.account.forms import (
    ChangePasswordForm,
    ResetPasswordForm,
    ResetPasswordKeyForm,
    SetPasswordForm,
    SignupForm,
    default_token_generator,
)
from allauth.account.internal.flows.password_reset import request_password_reset
from allauth.account.models import EmailAddress, EmailConfirmation
from django.core.validators import MaxLengthValidator
from django.db import transaction
from django.forms import CharField, Form
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import get_random_string

from tenants.accounts.models import User
from tenants.accounts.passwords import length_hint
from tenants.mails.waking import wake_sender

# longer ones would be read and hashed before anybody could say that they are wrong
LONGEST = 200
# whom a link is made for that goes to nobody
NOBODY = User(pk=0, email="nobody@known.invalid")
F = TypeVar("F", bound=type[Form])


def with_maxima(form: F) -> F:
    """Decorator: every text of a form of allauth's has a maximum."""
    form.base_fields = deepcopy(form.base_fields)  # type: ignore[attr-defined]
    for field in form.base_fields.values():  # type: ignore[attr-defined]
        if isinstance(field, CharField) and field.max_length is None:
            field.max_length = LONGEST
            field.validators.append(MaxLengthValidator(LONGEST))
    return form


@with_maxima
class Registration(SignupForm):
    """Creating a citizen's account. An address that has one already costs the same work and gets the same answer."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password1"].help_text = length_hint(None)

    def try_save(self, request: HttpRequest) -> tuple[User | None, HttpResponse | None]:
        """Make the account, or tell the address by mail that it has one."""
        if self.account_already_exists:
            self._work_in_vain(request)
        saved: tuple[User | None, HttpResponse | None] = super().try_save(request)
        return saved

    def _work_in_vain(self, request: HttpRequest) -> None:
        """Hash the password and write what a new account writes, and take it back: the time tells nobody anything."""
        address = f"{get_random_string(20).lower()}@known.invalid"
        with transaction.atomic():
            user = get_adapter().new_user(request)
            user.email = address
            user.set_password(self.cleaned_data["password1"])
            user.save()
            row = EmailAddress.objects.create(user=user, email=address, primary=True)
            EmailConfirmation.create(row)
            transaction.set_rollback(True)


@with_maxima
class ForgottenPassword(ResetPasswordForm):
    """Asking for a link to choose a password. An address without an account costs the same work."""

    def save(self, request: HttpRequest, **_: Any) -> str:
        """Sign a link, render, seal, count and store its mail, and wake the sender; for nobody, it is taken back."""
        address: str = self.cleaned_data["email"]
        with transaction.atomic():
            request_password_reset(request, address, self.users or [NOBODY], default_token_generator)
            transaction.set_rollback(not self.users)
        if not self.users:
            wake_sender()
        return address


@with_maxima
class PasswordChange(ChangePasswordForm):
    """Another password, with the old one."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password1"].help_text = length_hint(self.user)


@with_maxima
class FirstPassword(SetPasswordForm):
    """A password for somebody who has signed in without one so far."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password1"].help_text = length_hint(self.user)


@with_maxima
class PasswordByLink(ResetPasswordKeyForm):
    """A password by the link of an invitation or of "forgotten password"."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password1"].help_text = length_hint(self.user)
