"""Mail. The demo prints it; MAIL_URL=smtp://user:password@host:port sends it."""

from __future__ import annotations

from rathausplatz.settings.base import BASE_DOMAIN, DATA_DIR, DEMO, env

_config = env.email_url("MAIL_URL", default="consolemail://" if DEMO else "filemail://")
_SMTP, _OURS = "django.core.mail.backends.smtp.EmailBackend", "tenants.mails.smtp.EmailBackend"
EMAIL_BACKEND = str(_config["EMAIL_BACKEND"]).replace(_SMTP, _OURS)
EMAIL_HOST = _config.get("EMAIL_HOST") or "localhost"
EMAIL_PORT = _config.get("EMAIL_PORT") or 25
EMAIL_HOST_USER = _config.get("EMAIL_HOST_USER") or ""
EMAIL_HOST_PASSWORD = _config.get("EMAIL_HOST_PASSWORD") or ""
EMAIL_USE_TLS = _config.get("EMAIL_USE_TLS", False)
EMAIL_USE_SSL = _config.get("EMAIL_USE_SSL", False)
EMAIL_FILE_PATH = str(DATA_DIR / "mail")
EMAIL_TIMEOUT = 20
MAIL_DOMAIN = env.str("MAIL_DOMAIN", default=BASE_DOMAIN)
DEFAULT_FROM_EMAIL = SERVER_EMAIL = f"Rathausplatz <rathausplatz@{MAIL_DOMAIN}>"
