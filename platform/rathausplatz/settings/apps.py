"""Which apps have tables in `public`, in the communes' schemas, or in both."""

from __future__ import annotations

# tables in public only
SHARED_ONLY = [
    "tenants.communes",
    "django_tenants",
    "services.definitions",
    "console",
]
# one table in public and one in each schema: people, their sessions, their mails, what Django needs to know of models
BOTH = [
    "tenants.mails",
    "tenants.accounts",
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "rules",
]
# tables in the communes' schemas only
TENANT_ONLY = [
    "themes",
    "services.catalogue",
    "services.forms",
    "services.decisions",
    "services.documents",
    "services.payments",
    "services.cases",
    "services.participation",
    "cms",
    "wagtail.contrib.redirects",
    "wagtail.contrib.search_promotions",
    "wagtail.contrib.settings",
    "wagtail.contrib.simple_translation",
    "wagtail.embeds",
    "wagtail.sites",
    "wagtail.users",
    "wagtail.snippets",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.search",
    "wagtail.admin",
    "wagtail",
    "wagtail.contrib.routable_page",
    "wagtail.contrib.typed_table_block",
    "modelcluster",
    "taggit",
]
WITHOUT_TABLES = ["django.contrib.humanize", "django.contrib.sitemaps", "ninja"]
SHARED_APPS = [*SHARED_ONLY, *BOTH]
TENANT_APPS = [*TENANT_ONLY, *BOTH]
# order decides whose command, template and translation wins: ours before the libraries'
INSTALLED_APPS = ["rathausplatz", *SHARED_ONLY, *TENANT_ONLY, *BOTH, *WITHOUT_TABLES]
TENANT_MODEL = "communes.Commune"
TENANT_DOMAIN_MODEL = "communes.Domain"
