"""What the demo needs in its database. Every part may run again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml
from allauth.account.models import EmailAddress
from django.contrib.auth.models import Group
from django.core.management import call_command

from rathausplatz.demo.accounts import OPERATOR, PASSWORD, PORTAL_ACCOUNTS, DemoAccount
from rathausplatz.logins import prepare_own_database
from tenants.accounts.models import User, UserKind
from tenants.communes.actions import CommuneOrder, request_commune
from tenants.communes.models import Commune, ProvisioningRun
from tenants.communes.provisioning.steps import provision_commune
from tenants.communes.provisioning.template import migrate_everything
from tenants.communes.queries import present_communes
from tenants.communes.scope import commune_scope

Say = Callable[[str], None]
COMMUNES = Path(__file__).with_name("communes.yaml")


def prepare(say: Say) -> None:
    """Build, migrate, fill the directory, make the three communes and their accounts."""
    say("Übersetzungen, Schriften und statische Dateien")
    call_command("build", verbosity=0)
    prepare_own_database()
    migrate_everything(say)
    call_command("directory", "import", verbosity=0)
    for facts in yaml.safe_load(COMMUNES.read_text()).values():
        say(f"{facts['official_name']}")
        _take_on(facts)
    _create_account(OPERATOR, UserKind.OPERATOR)


def _take_on(facts: dict[str, Any]) -> None:
    existing = present_communes().filter(slug=facts["slug"]).first()
    if existing is None:
        order = CommuneOrder(
            official_name=facts["official_name"],
            slug=facts["slug"],
            ars=str(facts["ars"]),
            kind=facts.get("kind", "city"),
            land=str(facts["ars"])[:2],
            postcode=str(facts["postcode"]),
            inhabitants=facts["inhabitants"],
            brand=facts.get("brand", {}),
            bundle=tuple(facts.get("bundle", ())),
            demo=True,
            facts=facts["facts"],
        )
        run = request_commune(order=order, actor=None)
    else:
        run = existing.provisioning_runs.first() or ProvisioningRun.objects.create(commune=existing)
    commune = provision_commune(run_id=run.pk).commune
    with commune_scope(Commune.objects.prefetch_related("domains").get(pk=commune.pk).ref()):
        for account in PORTAL_ACCOUNTS:
            _create_account(account, UserKind.STAFF if account.group else UserKind.CITIZEN)


def _create_account(account: DemoAccount, kind: str) -> None:
    if User.objects.filter(email=account.address).exists():
        return
    user = User.objects.create_user(account.address, PASSWORD, name=account.name, kind=kind)
    if account.group:
        user.groups.add(Group.objects.get(name=account.group))
    EmailAddress.objects.create(user=user, email=account.address, verified=True, primary=True)
