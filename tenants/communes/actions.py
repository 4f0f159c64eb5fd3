"""What can be done with communes."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from tenants.communes import naming
from tenants.communes.audit import record_act
from tenants.communes.cells.choice import least_loaded_cell
from tenants.communes.closed import copy_brand
from tenants.communes.models import Commune, CommuneKind, CommuneState, Domain, ProvisioningRun
from tenants.communes.models.commune import STILL_THERE
from tenants.communes.scope import public_scope
from tenants.communes.states import TransitionError, change_state


@dataclass(frozen=True, slots=True)
class CommuneOrder:
    """What is ordered when a commune is taken on. Empty `slug` means: propose one; empty `cell`: the least loaded."""

    official_name: str
    slug: str = ""
    ars: str = ""
    kind: str = CommuneKind.MUNICIPALITY
    land: str = ""
    postcode: str = ""
    inhabitants: int = 0
    brand: dict[str, Any] = field(default_factory=dict)
    bundle: tuple[str, ...] = ()
    admin_email: str = ""
    demo: bool = False
    facts: dict[str, Any] = field(default_factory=dict)
    cell: str = ""


def slug_taken(slug: str) -> bool:
    """Whether a subdomain is in use by any commune or domain. One question."""
    using = Q(slug=slug) & STILL_THERE | Q(domains__domain=host_for(slug))
    return Commune.objects.filter(using).exists()


def host_for(slug: str) -> str:
    """The platform's own host for a slug: `gera` → `gera.<base domain>`."""
    return f"{slug}.{settings.BASE_DOMAIN}"


def request_commune(*, order: CommuneOrder, actor: Any, key: str = "") -> ProvisioningRun:
    """Enter a commune with its first host and the order to provision it; the caller starts the task on commit.

    The same `key` again gives the run of the first time, so a request may be sent twice, also at once. Raises
    ValidationError with a sentence per field for a name, key or subdomain that is taken or not allowed.
    """
    if before := _ordered_before(key):
        return before
    try:
        return _enter(order, actor, key)
    except (ValidationError, IntegrityError):
        if before := _ordered_before(key):  # the same order at the same moment was quicker
            return before
        raise


def _ordered_before(key: str) -> ProvisioningRun | None:
    with public_scope():
        return ProvisioningRun.objects.select_related("commune").filter(key=key).first() if key else None


def _enter(order: CommuneOrder, actor: Any, key: str) -> ProvisioningRun:
    with public_scope(), transaction.atomic():
        commune = _new_commune(order)
        commune.clean_fields()
        try:
            commune.save(force_insert=True)
        except IntegrityError as error:  # somebody else was quicker by a moment
            raise ValidationError(_("Diese Kommune ist schon aufgenommen.")) from error
        Domain.objects.bulk_create([Domain(tenant=commune, domain=host_for(commune.slug), is_primary=True)])
        run = ProvisioningRun.objects.create(commune=commune, key=key or None, brief=_brief_of(order))
        record_act(actor=actor, verb="commune.requested", target=commune.schema_name, detail={"slug": commune.slug})
    return run


def _brief_of(order: CommuneOrder) -> dict[str, Any]:
    return {
        "brand": order.brand,
        "bundle": list(order.bundle),
        "admin_email": order.admin_email,
        "demo": order.demo,
        "facts": _facts_of(order),
    }


def _facts_of(order: CommuneOrder) -> dict[str, Any]:
    """What starters may know: the given facts, and the directory's, which a commune can't read in the shared tables."""
    known = {"ars": order.ars, "land": order.land, "postcode": order.postcode}
    return {name: value for name, value in known.items() if value} | order.facts


def _refuse_taken(order: CommuneOrder, name: str) -> None:
    same = Q(ars=order.ars) if order.ars else Q(official_name__iexact=name)
    if not Commune.objects.filter(STILL_THERE & same).exists():
        return
    if order.ars:
        raise ValidationError({"ars": _("Diese Kommune ist schon aufgenommen.")})
    sentence = _(
        "Eine Kommune namens „%(name)s“ ist schon aufgenommen. Ist es eine andere, dann geben Sie ihren "
        "Regionalschlüssel an."
    )
    raise ValidationError({"official_name": sentence % {"name": name}})


def _chosen_slug(order: CommuneOrder, name: str) -> str:
    if not order.slug:
        hints = (str(order.facts.get("county", "")), order.postcode)
        return naming.slug_for(name, taken=slug_taken, hints=hints)
    if slug_taken(order.slug):
        sentence = _("Die Adresse „%(slug)s“ ist schon vergeben. Wählen Sie eine andere.")
        raise ValidationError({"slug": sentence % {"slug": order.slug}})
    return order.slug


def _new_commune(order: CommuneOrder) -> Commune:
    name = " ".join(order.official_name.split())
    if not name:
        raise ValidationError({"official_name": _("Geben Sie den amtlichen Namen der Kommune ein.")})
    _refuse_taken(order, name)
    slug = _chosen_slug(order, name)
    schema = naming.schema_for(slug, taken=lambda n: Commune.objects.filter(schema_name=n).exists())
    return Commune(
        official_name=name,
        name=naming.display_name(name),
        slug=slug,
        schema_name=schema,
        ars=order.ars,
        kind=order.kind,
        land=order.land,
        postcode=order.postcode,
        inhabitants=order.inhabitants,
        cell=order.cell or least_loaded_cell(),
    )


def suspend_commune(*, commune: Commune, actor: Any, reason: str) -> Commune:
    """Close a portal for visitors; its data stays. Doing it twice changes nothing."""
    copy_brand(commune)
    return change_state(commune=commune, to=CommuneState.SUSPENDED, actor=actor, reason=reason)


def resume_commune(*, commune: Commune, actor: Any, reason: str = "") -> Commune:
    """Open a suspended portal again. Doing it twice changes nothing; one that is being made opens by itself."""
    if commune.state not in (CommuneState.SUSPENDED, CommuneState.LIVE):
        raise TransitionError(
            _("%(name)s ist nicht ausgesetzt, sondern „%(now)s“.")
            % {"name": commune.name, "now": commune.get_state_display()}
        )
    return change_state(commune=commune, to=CommuneState.LIVE, actor=actor, reason=reason)


def note_activity(*, commune_id: int) -> None:
    """Remember that something happened in a commune, at most once a minute."""
    now = timezone.now()
    with public_scope():
        Commune.objects.filter(pk=commune_id).exclude(last_activity_at__gt=now - timedelta(minutes=1)).update(
            last_activity_at=now
        )
