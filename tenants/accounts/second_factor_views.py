"""allauth's pages for second factors, with what it leaves to us: a change of the factors ends all other sessions."""

from __future__ import annotations

from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.views import GenerateRecoveryCodesView
from allauth.mfa.totp.views import ActivateTOTPView, DeactivateTOTPView
from allauth.mfa.webauthn.views import AddWebAuthnView, RemoveWebAuthnView
from django.http import HttpRequest, HttpResponse

from tenants.accounts.access import public
from tenants.accounts.second_factor import forget_factor, note_factor
from tenants.accounts.sessions import end_other_sessions


def _newest(request: HttpRequest, kind: str) -> Authenticator:
    found: Authenticator = Authenticator.objects.filter(user_id=request.user.pk, type=kind).latest("pk")
    return found


def _end_others(request: HttpRequest) -> None:
    user: Any = request.user
    end_other_sessions(request, user)


class AppActivation(ActivateTOTPView):
    """Set up an app with one-time codes."""

    def form_valid(self, form: Any) -> HttpResponse:
        answer: HttpResponse = super().form_valid(form)
        note_factor(self.request, _newest(self.request, Authenticator.Type.TOTP))
        _end_others(self.request)
        return answer


class AppRemoval(DeactivateTOTPView):
    """Remove the app."""

    def form_valid(self, form: Any) -> HttpResponse:
        removed = self.authenticator.pk
        answer: HttpResponse = super().form_valid(form)
        forget_factor(self.request, removed)
        _end_others(self.request)
        return answer


class KeyAddition(AddWebAuthnView):
    """Add a passkey or security key."""

    def form_valid(self, form: Any) -> HttpResponse:
        answer: HttpResponse = super().form_valid(form)
        note_factor(self.request, _newest(self.request, Authenticator.Type.WEBAUTHN))
        _end_others(self.request)
        return answer


class KeyRemoval(RemoveWebAuthnView):
    """Remove a passkey or security key."""

    def form_valid(self, form: Any) -> HttpResponse:
        removed = self.object.pk
        answer: HttpResponse = super().form_valid(form)
        forget_factor(self.request, removed)
        _end_others(self.request)
        return answer


class RecoveryCodesRenewal(GenerateRecoveryCodesView):
    """Make new codes for emergencies; the old ones are good for nothing any more."""

    def form_valid(self, form: Any) -> HttpResponse:
        answer: HttpResponse = super().form_valid(form)
        _end_others(self.request)
        return answer


# like allauth's own: they ask for a sign-in and for another proof themselves
activate_app = public(AppActivation.as_view())
remove_app = public(AppRemoval.as_view())
add_key = public(KeyAddition.as_view())
remove_key = public(KeyRemoval.as_view())
renew_recovery_codes = public(RecoveryCodesRenewal.as_view())
