"""Sign-in by e-mail; a second factor for staff and operators."""

from __future__ import annotations

from rathausplatz.settings.base import DEMO, PUBLIC_SCHEME, env

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "rules.permissions.ObjectPermissionBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
    "django.contrib.auth.backends.ModelBackend",
]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
# a signed number of a row would be good in every commune: the keys are rows of the commune's own
ACCOUNT_EMAIL_CONFIRMATION_HMAC = False
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_CONFIRM_EMAIL_ON_GET = False
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_ADAPTER = "rathausplatz.account_mails.BrandedAccountAdapter"
ACCOUNT_FORMS = {
    "signup": "tenants.accounts.account_forms.Registration",
    "change_password": "tenants.accounts.account_forms.PasswordChange",
    "set_password": "tenants.accounts.account_forms.FirstPassword",
    "reset_password": "tenants.accounts.account_forms.ForgottenPassword",
    "reset_password_from_key": "tenants.accounts.account_forms.PasswordByLink",
}
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "tenants.accounts.tokens.AccountTokenGenerator"  # noqa: S105 -- a class
# a mail tells the owner of every change that opens or shuts a door to the account
ACCOUNT_EMAIL_NOTIFICATIONS = True
# an address is a way to a new password: adding one needs another proof of who it is
ACCOUNT_REAUTHENTICATION_REQUIRED = True
# ours count where it holds: tenants.accounts.sign_in_limits
ACCOUNT_RATE_LIMITS = MFA_RATE_LIMITS = False
MFA_FORMS = {
    "authenticate": "tenants.accounts.factor_forms.CodeAtSignIn",
    "reauthenticate": "tenants.accounts.factor_forms.CodeAgain",
}
ACCOUNT_DEFAULT_HTTP_PROTOCOL = PUBLIC_SCHEME
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = DEMO
MFA_TOTP_ISSUER = "Rathausplatz"
LOGIN_REDIRECT_URL = "/konto/"
LOGIN_URL = "account_login"
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
REQUIRE_SECOND_FACTOR = env.bool("REQUIRE_SECOND_FACTOR", default=not DEMO)
# citizens stay signed in as long as their cookie lasts; whoever sees other people's data does not
STAFF_IDLE_MINUTES = env.int("STAFF_IDLE_MINUTES", default=60)
STAFF_SESSION_HOURS = env.int("STAFF_SESSION_HOURS", default=12)
CONSOLE_IDLE_MINUTES = env.int("CONSOLE_IDLE_MINUTES", default=30)
