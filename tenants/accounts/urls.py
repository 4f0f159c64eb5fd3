"""Sign-in, registration, second factor and what protects an account. The page at the root belongs to the host's room.

The German addresses stand last, so that they are the ones links use; allauth's own keep answering.
"""

from __future__ import annotations

from allauth.account import views as allauth_views
from allauth.mfa.base import views as mfa_views
from django.urls import include, path

from tenants.accounts import second_factor_views, views

urlpatterns = [
    path("sicherheit/", views.account_page, name="account_page"),
    # allauth's addresses, before allauth's own views of them
    path("2fa/totp/activate/", second_factor_views.activate_app, name="mfa_activate_totp"),
    path("2fa/totp/deactivate/", second_factor_views.remove_app, name="mfa_deactivate_totp"),
    path("2fa/webauthn/add/", second_factor_views.add_key, name="mfa_add_webauthn"),
    path("2fa/webauthn/keys/<int:pk>/remove/", second_factor_views.remove_key, name="mfa_remove_webauthn"),
    path("2fa/recovery-codes/generate/", second_factor_views.renew_recovery_codes, name="mfa_generate_recovery_codes"),
    path("", include("allauth.urls")),
    path("anmelden/", allauth_views.login, name="account_login"),
    path("abmelden/", allauth_views.logout, name="account_logout"),
    path("anlegen/", allauth_views.signup, name="account_signup"),
    path("bestaetigen/", allauth_views.reauthenticate, name="account_reauthenticate"),
    path("adressen/", allauth_views.email, name="account_email"),
    path("passwort/", allauth_views.password_change, name="account_change_password"),
    path("passwort/vergessen/", allauth_views.password_reset, name="account_reset_password"),
    path("passwort/unterwegs/", allauth_views.password_reset_done, name="account_reset_password_done"),
    path("zweiter-faktor/", mfa_views.index, name="mfa_index"),
]
