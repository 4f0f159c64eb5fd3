"""Adopting, changing, publishing and withdrawing services."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from services.catalogue.faults import CatalogueError
from services.catalogue.models import Channel, Offering, OfferingChange, Unit
from services.catalogue.offered import FIGURE_MODULES, LIST_MODULES, MODULES, NEED_MODULES
from services.catalogue.zones import read_zones
from services.definitions.definition import LANGUAGES, Definition
from services.definitions.queries import definition
from tenants.accounts.access import require
from tenants.communes.invalidation import invalidate_pages

MANAGE = "catalogue.manage_offerings"
HIGHEST_FEE_CENTS = 10_000_000


@transaction.atomic
def adopt_definition(
    *,
    key: str,
    version: int | None = None,
    slug: str = "",
    fee_cents: int | None = None,
    settings: Mapping[str, Any] | None = None,
    position: int | None = None,
    published: bool = True,
    actor: Any = None,
) -> Offering:
    """Offer a shared definition here. Adopting again changes nothing and returns the offering there is.

    `version` None takes the newest. Raises DefinitionNotFound, PermissionDenied.
    """
    _permit(actor)
    shared = definition(key, version)
    fee = None if fee_cents is None else _checked_fee(fee_cents)
    offering, created = Offering.objects.get_or_create(
        definition_key=key,
        defaults={
            "definition_version": shared.version,
            "slug": slug or key,
            "fee_cents": fee,
            "settings": dict(settings or {}),
            "position": shared.position if position is None else position,
            "published": published,
        },
    )
    if created:
        _note(offering, "adopted", actor, {"version": shared.version})
    return offering


@transaction.atomic(savepoint=False)
def adopt_definitions(
    *,
    definitions: Sequence[Definition],
    fees: Mapping[str, int],
    settings: Mapping[str, Mapping[str, Any]],
    actor: Any = None,
) -> list[Offering]:
    """Adopt many definitions at once, with the fees and settings given by key; those adopted already stay as they are.

    Returns the new offerings. Three statements however many there are.
    """
    _permit(actor)
    known = set(Offering.objects.exclude(definition_key="").values_list("definition_key", flat=True))
    new = Offering.objects.bulk_create(
        Offering(
            definition_key=shared.key,
            definition_version=shared.version,
            slug=shared.key,
            fee_cents=_checked_fee(fees[shared.key]) if shared.key in fees else None,
            settings=dict(settings.get(shared.key, {})),
            position=shared.position,
            published=True,
        )
        for shared in definitions
        if shared.key not in known
    )
    OfferingChange.objects.bulk_create(
        OfferingChange(
            offering=each, verb="adopted", actor=_name_of(actor), detail={"version": each.definition_version}
        )
        for each in new
    )
    if new:
        invalidate_pages()
    return new


@transaction.atomic
def offer_own_service(
    *,
    title: str,
    channel: str,
    teaser: str = "",
    slug: str = "",
    category: str = "",
    texts: Mapping[str, Any] | None = None,
    published: bool = False,
    position: int = 500,
    actor: Any = None,
) -> Offering:
    """Offer a service that only this commune has. Offering the same address again returns the one there is."""
    _permit(actor)
    if channel not in (Channel.APPOINTMENT, Channel.OFFICE):
        sentence = _("Eine eigene Leistung hat noch kein Formular. Wählen Sie Termin oder vor Ort.")
        raise CatalogueError("no-form", sentence)
    if not title.strip():
        raise CatalogueError("title-missing", _("Geben Sie der Leistung einen Titel."))
    german = {**(texts or {}), "title": title.strip(), "teaser": teaser.strip()}
    offering, created = Offering.objects.get_or_create(
        slug=slug or slugify(_transcribed(title)),
        defaults={
            "channel": channel,
            "category": category,
            "overrides": {"de": german},
            "published": published,
            "position": position,
        },
    )
    if created:
        _note(offering, "offered", actor, {})
    return offering


@transaction.atomic
def override_text(*, offering: Offering, language: str, module: str, value: Any, actor: Any) -> Offering:
    """Say a text module in the commune's own words; an empty value goes back to the shared text.

    Shapes: text; `needs` a list of {"title", "hint"}; `procedure` a list of texts; figures {"value", "note"}.
    Raises CatalogueError.
    """
    _permit(actor)
    if language not in LANGUAGES or module not in MODULES:
        raise CatalogueError("unknown-module", _("Diesen Text gibt es nicht."))
    value = _checked_text(module, value)
    fresh = _locked(offering)
    texts = {**fresh.overrides.get(language, {})}
    if texts.get(module) == value or (value is None and module not in texts):
        return fresh
    if value is None:
        texts.pop(module, None)
        if not fresh.definition_key and module == "title" and language == "de":
            raise CatalogueError("title-missing", _("Geben Sie der Leistung einen Titel."))
    else:
        texts[module] = value
    fresh.overrides = {**fresh.overrides, language: texts}
    return _save(fresh, "text_changed", actor, ["overrides"], {"language": language, "module": module})


@transaction.atomic
def override_texts(*, offering: Offering, language: str, texts: Mapping[str, Any], actor: Any) -> Offering:
    """Override several modules of one language at once: all or, when one is refused, none."""
    for module, value in texts.items():
        offering = override_text(offering=offering, language=language, module=module, value=value, actor=actor)
    return offering


@transaction.atomic
def set_fee(*, offering: Offering, fee_cents: int | None, actor: Any) -> Offering:
    """Set the commune's own fee in cents; None takes the shared one again. Raises CatalogueError."""
    _permit(actor)
    fee = None if fee_cents is None else _checked_fee(fee_cents)
    fresh = _locked(offering)
    if fresh.fee_cents == fee:
        return fresh
    before, fresh.fee_cents = fresh.fee_cents, fee
    return _save(fresh, "fee_changed", actor, ["fee_cents"], {"from": before, "to": fee})


@transaction.atomic
def set_zones(*, offering: Offering, text: str, actor: Any, postcodes: Sequence[str] | None = None) -> Offering:
    """Set the zones of a service from the office's list, one street per line. Raises ZoneSyntaxError.

    `postcodes` are those in which the zones lie; None leaves them as they are.
    """
    zones = {"zones": read_zones(text)}
    inside = {} if postcodes is None else {"postcodes": list(postcodes)}
    return set_settings(offering=offering, settings={**zones, **inside}, actor=actor)


@transaction.atomic
def set_settings(*, offering: Offering, settings: Mapping[str, Any], actor: Any) -> Offering:
    """Set the given settings and leave the others. Names that the definition doesn't know raise CatalogueError."""
    _permit(actor)
    fresh = _locked(offering)
    known = definition(fresh.definition_key, fresh.definition_version).settings if fresh.definition_key else {}
    if unknown := set(settings) - set(known):
        raise CatalogueError("unknown-setting", _("Diese Einstellung gibt es nicht: %s") % ", ".join(sorted(unknown)))
    changed = {**fresh.settings, **settings}
    if changed == fresh.settings:
        return fresh
    fresh.settings = changed
    return _save(fresh, "settings_changed", actor, ["settings"], {"names": sorted(settings)})


@transaction.atomic
def set_unit(*, offering: Offering, unit: Unit | None, actor: Any) -> Offering:
    """Name the office that is responsible here."""
    _permit(actor)
    fresh = _locked(offering)
    if fresh.unit_id == (unit.pk if unit else None):
        return fresh
    fresh.unit = unit
    return _save(fresh, "unit_changed", actor, ["unit"], {"unit": unit.name if unit else ""})


@transaction.atomic
def set_position(*, offering: Offering, position: int, actor: Any) -> Offering:
    """Set the rank among the most wanted; small comes first."""
    _permit(actor)
    fresh = _locked(offering)
    if fresh.position == position:
        return fresh
    fresh.position = position
    return _save(fresh, "position_changed", actor, ["position"], {"to": position})


@transaction.atomic
def publish(*, offering: Offering, actor: Any) -> Offering:
    """Show a service on the portal. Safe to repeat."""
    return _show(offering, True, actor)


@transaction.atomic
def withdraw(*, offering: Offering, actor: Any) -> Offering:
    """Take a service off the portal; cases under way go on. Safe to repeat."""
    return _show(offering, False, actor)


def _show(offering: Offering, published: bool, actor: Any) -> Offering:
    _permit(actor)
    fresh = _locked(offering)
    if fresh.published == published:
        return fresh
    fresh.published = published
    return _save(fresh, "published" if published else "withdrawn", actor, ["published"], {})


def _transcribed(text: str) -> str:
    """German letters as two, so that an address stays readable."""
    text = text.casefold()
    for letter, letters in (("ä", "ae"), ("ö", "oe"), ("ü", "ue")):
        text = text.replace(letter, letters)
    return text


def _permit(actor: Any) -> None:
    if actor is not None:
        require(actor, MANAGE)


def _locked(offering: Offering) -> Offering:
    return Offering.objects.select_for_update().get(pk=offering.pk)


def _save(offering: Offering, verb: str, actor: Any, fields: list[str], detail: dict[str, Any]) -> Offering:
    offering.save(update_fields=[*fields, "updated_at"])
    _note(offering, verb, actor, detail)
    return offering


def _note(offering: Offering, verb: str, actor: Any, detail: dict[str, Any]) -> None:
    OfferingChange.objects.create(offering=offering, verb=verb, actor=_name_of(actor), detail=detail)
    invalidate_pages()


def _name_of(actor: Any) -> str:
    return getattr(actor, "email", "") or "system"


def _checked_fee(fee_cents: int) -> int:
    if not 0 <= fee_cents <= HIGHEST_FEE_CENTS:
        raise CatalogueError("fee-out-of-range", _("Die Gebühr muss zwischen 0 und 100.000 Euro liegen."))
    return fee_cents


def _checked_text(module: str, value: Any) -> Any:
    """The value in the shape of its module, or None where it is empty. Raises CatalogueError."""
    if module in FIGURE_MODULES:
        figure = {"value": str(value["value"]).strip(), "note": str(value.get("note", "")).strip()} if value else {}
        if len(figure.get("value", "")) > 40:
            raise CatalogueError("too-long", _("Höchstens 40 Zeichen, es wird groß gesetzt."))
        return figure if figure.get("value") else None
    if module in NEED_MODULES:
        needs = [{"title": str(n["title"]).strip(), "hint": str(n.get("hint", "")).strip()} for n in value or ()]
        return [need for need in needs if need["title"]] or None
    if module in LIST_MODULES:
        return [line for line in (str(each).strip() for each in value or ()) if line] or None
    limit = {"name": 80, "title": 80, "teaser": 90, "summary": 400}.get(module, 10_000)
    text = str(value or "").replace("\r\n", "\n").strip()
    if len(text) > limit:
        raise CatalogueError("too-long", _("Höchstens %(limit)s Zeichen.") % {"limit": limit})
    return text or None
