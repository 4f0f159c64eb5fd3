"""What happens in an onboarding: begin, answer, order, try again."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from console.models import DirectoryEntry, Onboarding
from console.onboarding.forms import BRAND_TOKENS
from console.onboarding.steps import Step, first_open
from services.definitions.queries import all_newest, bundle
from tenants.accounts.access import require
from tenants.communes import naming
from tenants.communes.actions import CommuneOrder, request_commune, slug_taken
from tenants.communes.audit import record_act
from tenants.communes.models import ProvisioningRun
from tenants.communes.provisioning.tasks import provision
from tenants.communes.queries import present_communes
from themes.presets import suggested_brand

PERMISSION = "accounts.operate_platform"


class OnboardingError(Exception):
    """Something that the operator must do first; the text says what."""


@transaction.atomic
def begin_onboarding(
    *, actor: Any, entry: DirectoryEntry | None = None, facts: dict[str, Any] | None = None
) -> Onboarding:
    """Begin with an entry of the directory or with `facts` of one's own; name, address and look are proposed."""
    require(actor, PERMISSION)
    chosen = facts_of(entry) if entry is not None else dict(facts or {})
    if chosen.get("ars") and present_communes().filter(ars=chosen["ars"]).exists():
        raise OnboardingError(_("%(name)s ist schon aufgenommen.") % {"name": chosen["official_name"]})
    slug = naming.slug_for(
        chosen["official_name"], taken=slug_taken, hints=(chosen.get("county", ""), chosen.get("postcode", ""))
    )
    look = suggested_brand(slug).to_dict()
    answers = chosen | {"slug": slug} | {name: look[name] for name in BRAND_TOKENS}
    answers["radius"] = str(look["radius"])
    onboarding = Onboarding.objects.create(answers=answers | {"done": []}, started_by=actor.email)
    record_act(
        actor=actor, verb="onboarding.begun", target=str(onboarding.pk), detail={"name": chosen["official_name"]}
    )
    return onboarding


def facts_of(entry: DirectoryEntry) -> dict[str, Any]:
    """What the directory knows of a municipality, as answers."""
    return {
        "official_name": entry.official_name,
        "ars": entry.ars,
        "kind": entry.commune_kind,
        "land": entry.land,
        "land_name": entry.land_name,
        "county": entry.county,
        "postcode": entry.postcode,
        "inhabitants": entry.inhabitants,
        "area_km2": str(entry.area_km2),
        "latitude": entry.latitude,
        "longitude": entry.longitude,
    }


@transaction.atomic
def save_step(*, onboarding: Onboarding, actor: Any, step: Step, values: dict[str, Any]) -> Onboarding:
    """Keep the checked answers of one page. A logo that was not sent again stays."""
    require(actor, PERMISSION)
    row = Onboarding.objects.select_for_update().get(pk=onboarding.pk)
    if row.run_id is not None:
        raise OnboardingError(_("Diese Aufnahme ist schon beauftragt."))
    kept = {name: value for name, value in values.items() if name != "logo" or value is not None}
    done = [*row.answers.get("done", []), step.key]
    row.answers = row.answers | kept | {"done": sorted(set(done))}
    row.save()
    return row


@transaction.atomic
def discard_onboarding(*, onboarding: Onboarding, actor: Any) -> None:
    """Throw an unfinished onboarding away; an ordered one stays."""
    require(actor, PERMISSION)
    deleted, _rows = Onboarding.objects.filter(pk=onboarding.pk, run=None).delete()
    if deleted:
        record_act(
            actor=actor, verb="onboarding.discarded", target=str(onboarding.pk), detail={"name": str(onboarding)}
        )


@transaction.atomic
def order_commune(*, onboarding: Onboarding, actor: Any) -> ProvisioningRun:
    """Order the commune; provisioning starts on commit. Ordering twice gives the same run and one commune.

    Raises OnboardingError while a page is open, ValidationError when name or address were taken meanwhile.
    """
    require(actor, PERMISSION)
    row = Onboarding.objects.select_for_update(of=("self",)).select_related("run").get(pk=onboarding.pk)
    if row.run is not None:
        return row.run
    missing = first_open(row)
    if missing is not None:
        raise OnboardingError(_("Beantworten Sie zuerst „%(step)s“.") % {"step": missing.title})
    run = request_commune(order=order_from(row.answers), actor=actor)
    row.run, row.answers = run, {name: value for name, value in row.answers.items() if name != "logo"}
    row.save()
    transaction.on_commit(lambda: provision.delay(run_id=str(run.pk)), robust=True)  # the schedule finds it by its row
    return run


def order_from(answers: dict[str, Any]) -> CommuneOrder:
    """The answers as an order. The logo travels with the facts: it is a file, no token."""
    known = {each.key for each in all_newest()}
    facts = {
        name: answers[name]
        for name in ("county", "land_name", "area_km2", "latitude", "longitude")
        if answers.get(name)
    }
    if answers.get("logo"):
        facts["logo"] = answers["logo"]
    return CommuneOrder(
        official_name=answers["official_name"],
        slug=answers["slug"],
        ars=answers.get("ars", ""),
        kind=answers["kind"],
        land=answers.get("land", ""),
        postcode=answers.get("postcode", ""),
        inhabitants=answers.get("inhabitants", 0),
        brand={name: answers[name] for name in BRAND_TOKENS},
        bundle=tuple(key for key in bundle(answers["bundle"]).definitions if key in known),
        admin_email=answers["admin_email"],
        facts=facts,
    )


@transaction.atomic
def retry_run(*, run: ProvisioningRun, actor: Any) -> ProvisioningRun:
    """Let the worker complete a run that stopped or that nobody picked up. A finished run is left alone."""
    require(actor, PERMISSION)
    row = ProvisioningRun.objects.select_for_update(of=("self",)).select_related("commune").get(pk=run.pk)
    if row.state == ProvisioningRun.State.DONE:
        return row
    if row.state == ProvisioningRun.State.FAILED:
        row.state = ProvisioningRun.State.WAITING
        row.save(update_fields=["state"])
    record_act(actor=actor, verb="commune.retried", target=row.commune.schema_name, detail={"run": str(row.pk)})
    transaction.on_commit(lambda: provision.delay(run_id=str(row.pk)), robust=True)
    return row
