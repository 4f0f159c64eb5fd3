from __future__ import annotations

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "tenants.accounts"
    label = "accounts"
    verbose_name = "Konten"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from tenants.accounts import checks, invitations, places, reactions, readable, rules, sign_in_limits  # noqa: F401
        from tenants.accounts.starter import register

        register()
        sign_in_limits.register()
        readable.register()
        invitations.register()
