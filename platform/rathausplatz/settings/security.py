"""Cookies, transport and the content security policy."""

from __future__ import annotations

from csp.constants import NONE, SELF

from rathausplatz.settings.base import PUBLIC_SCHEME, env

# our own middleware knows the hosts (portals come and go), so Django's list can't
ALLOWED_HOSTS = ["*"]
USE_X_FORWARDED_HOST = False
# proxies of ours in front of the web server; their entries in X-Forwarded-For are believed
PROXY_HOPS = env.int("PROXY_HOPS", default=0)
HTTPS = PUBLIC_SCHEME == "https"
# all portals are siblings below one domain: browsers let only the host itself set such a name, and only over HTTPS
_own = "__Host-" if HTTPS else ""
SESSION_COOKIE_NAME = f"{_own}portal_session"
CONSOLE_SESSION_COOKIE_NAME = f"{_own}console_session"
CSRF_COOKIE_NAME = f"{_own}csrftoken"
CONSOLE_SESSION_AGE = 8 * 60 * 60
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
CSRF_FAILURE_VIEW = "rathausplatz.csrf.failure"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SECURE_SSL_REDIRECT = HTTPS and env.bool("SECURE_SSL_REDIRECT", default=True)
# a claimed name has no certificate yet and must answer all the same; probes ask this machine, not through a proxy
SECURE_REDIRECT_EXEMPT = [r"^\.well-known/rathausplatz/", r"^(healthz|readyz)$"]
SECURE_HSTS_SECONDS = 31536000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": name}
    for name in (
        "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "tenants.accounts.passwords.LengthValidator",
        "django.contrib.auth.password_validation.CommonPasswordValidator",
    )
]
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "font-src": [SELF],
        "img-src": [SELF, "data:"],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 6 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
