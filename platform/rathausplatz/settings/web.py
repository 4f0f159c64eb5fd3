"""Requests: one middleware list, each entry knows on which kind of host it works."""

from __future__ import annotations

from rathausplatz.settings.base import DEBUG, env

ROOT_URLCONF = "rathausplatz.urls.operator"
WSGI_APPLICATION = "rathausplatz.wsgi.application"
APPEND_SLASH = True
# how many requests Django answers at once in each process; each thread keeps a connection to the database
WEB_THREADS = env.int("WEB_THREADS", default=4)
MIDDLEWARE = [
    "rathausplatz.metrics.middleware.MetricsMiddleware",
    "rathausplatz.middleware.RequestContextMiddleware",
    "rathausplatz.middleware.ProxyMiddleware",
    "rathausplatz.middleware.OwnDomainMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "cms.middleware.DeskPolicyMiddleware",
    "rathausplatz.middleware.CompressionMiddleware",
    "tenants.communes.middleware.HostMiddleware",
    "rathausplatz.middleware.HostSessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "tenants.accounts.middleware.PrivacyMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "tenants.accounts.middleware.SignedInMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "rathausplatz.parameters.ParametersMiddleware",
    "rathausplatz.middleware.PortalRedirectMiddleware",
    "tenants.accounts.middleware.AccessMiddleware",
    "tenants.communes.limited_views.LimitMiddleware",
    "tenants.communes.middleware.RollbackMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "themes.context.brand",
                "cms.context.navigation",
            ],
        },
    }
]
SILENCED_SYSTEM_CHECKS = ["security.W001"] if DEBUG else []
