"""How steps, states and acts are called on screen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tenants.communes.audit import SYSTEM
from tenants.communes.domains.names import shown_name
from tenants.communes.domains.wording import in_words
from tenants.communes.models import AuditEntry, CommuneState

STEP_LABELS: dict[str, Promise] = {
    "schema": _("Eigenen Datenraum anlegen"),
    "accounts": _("Konten und Rollen einrichten"),
    "themes": _("Erscheinungsbild übernehmen"),
    "logo": _("Logo einsetzen"),
    "catalogue": _("Leistungen übernehmen"),
    "forms": _("Formulare vorbereiten"),
    "payments": _("Zahlungsangaben eintragen"),
    "documents": _("Bescheide und Siegel vorbereiten"),
    "cases": _("Vorgänge vorbereiten"),
    "participation": _("Mitmachen vorbereiten"),
    "cms": _("Seiten schreiben"),
    "invitation": _("Einladung versenden"),
    "open": _("Portal öffnen"),
    "rows": _("Daten aus dem Archiv einlesen und vergleichen"),
    "files": _("Dateien aus dem Archiv ablegen"),
    "migrate": _("Auf den Stand dieser Version bringen"),
    "address": _("Adressen anpassen"),
}
STATE_KINDS: dict[str, str] = {
    CommuneState.LIVE: "ok",
    CommuneState.ONBOARDING: "info",
    CommuneState.REQUESTED: "info",
    CommuneState.PROVISIONING: "info",
    CommuneState.SUSPENDED: "rest",
    CommuneState.OFFBOARDING: "rest",
    CommuneState.ARCHIVED: "rest",
    CommuneState.BROKEN: "danger",
}
VERBS: dict[str, Promise] = {
    "commune.requested": _("Kommune beauftragt"),
    "commune.provisioning": _("Einrichtung begonnen"),
    "commune.retried": _("Einrichtung erneut angestoßen"),
    "commune.live": _("Portal geöffnet"),
    "commune.onboarding": _("Aufnahme begonnen"),
    "commune.suspended": _("Portal geschlossen"),
    "commune.broken": _("Einrichtung unterbrochen"),
    "domain.added": _("Adresse eingetragen"),
    "domain.pending": _("Nachweis der Adresse fehlt wieder"),
    "domain.verified": _("Adresse nachgewiesen"),
    "domain.active": _("Adresse aktiv"),
    "domain.failing": _("Adresse gestört"),
    "domain.primary": _("Hauptadresse gewechselt"),
    "domain.removed": _("Adresse entfernt"),
    "commune.offboarding": _("Auszug begonnen"),
    "commune.archive_ordered": _("Archiv bestellt"),
    "commune.archive_failed": _("Archiv gescheitert"),
    "commune.archived": _("Archiviert"),
    "commune.exported": _("Archiv erstellt"),
    "commune.readable_export": _("Daten zum Mitnehmen bestellt"),
    "commune.archived_again": _("Noch einmal archiviert"),
    "commune.removal_began": _("Löschung angeordnet"),
    "commune.removal_proven": _("Archiv vor der Löschung geprüft"),
    "commune.removal_refused": _("Löschung verweigert"),
    "commune.deleted": _("Gelöscht"),
    "onboarding.begun": _("Aufnahme begonnen"),
    "onboarding.discarded": _("Aufnahme verworfen"),
    "directory.imported": _("Gemeindeverzeichnis eingelesen"),
    "staff.invited": _("Personal eingeladen"),
    "staff.invitation_failed": _("Einladung kam nicht an"),
    "staff.changed": _("Aufgaben geändert"),
    "staff.blocked": _("Konto gesperrt"),
    "staff.opened": _("Konto wieder geöffnet"),
    "operator.created": _("Betreiberkonto angelegt"),
}


def step_label(name: str) -> str:
    """A provisioning step in words; an unknown one by its own name."""
    return str(STEP_LABELS.get(name, name))


@dataclass(frozen=True, slots=True)
class ActRow:
    """An act of the record as it is shown."""

    at: datetime
    words: str
    actor: str
    target: str
    reason: str
    notes: tuple[str, ...]


def act_row(act: AuditEntry) -> ActRow:
    """An act in words, with what its detail tells."""
    detail = {name: str(value) for name, value in act.detail.items() if value}
    if act.verb.startswith("domain."):
        detail |= {"name": shown_name(detail.get("name", "")), "reason": in_words(detail.get("reason", ""))}
    notes = tuple(detail[name] for name in ("name", "reason", "slug", "archive", "sha256") if detail.get(name))
    actor = gettext("System") if act.actor == SYSTEM else act.actor
    return ActRow(act.at, verb_label(act.verb), actor, act.target, detail.get("reason", ""), notes)


def verb_label(verb: str) -> str:
    """An act in words."""
    return str(VERBS.get(verb, verb))
