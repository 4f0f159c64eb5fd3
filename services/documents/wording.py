"""What the verify page says about a result, in plain language and without personal data."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from services.documents.queries import Verdict, VerificationResult
from services.documents.sealing import SealVerification

_KINDS = {Verdict.VALID: "ok", Verdict.EXPIRED: "warn", Verdict.SUPERSEDED: "warn"}


@dataclass(frozen=True, slots=True)
class Row:
    """One line of what the register says."""

    label: str
    value: str


def kind_of(result: VerificationResult) -> str:
    """The kind of tag (see docs/reference/components.md)."""
    return _KINDS.get(result.reason, "danger")


def headline(result: VerificationResult) -> str:
    return {
        Verdict.VALID: _("Dieses Dokument ist gültig"),
        Verdict.EXPIRED: _("Dieses Dokument ist abgelaufen"),
        Verdict.SUPERSEDED: _("Dieses Dokument wurde ersetzt"),
        Verdict.REVOKED: _("Dieses Dokument ist widerrufen"),
        Verdict.CHANGED: _("Diese Datei wurde verändert"),
        Verdict.UNKNOWN: _("Dieses Dokument kennen wir nicht"),
    }[result.reason]


def explanation(result: VerificationResult) -> str:
    if result.reason == Verdict.VALID and result.of_file:
        return _("Die Datei ist genau die, die wir ausgestellt haben.")
    if result.reason == Verdict.UNKNOWN and result.of_file:
        return _(
            "Wir haben diese Datei nicht ausgestellt, oder sie wurde neu gespeichert. "
            "Laden Sie die ursprüngliche PDF-Datei hoch."
        )
    return {
        Verdict.VALID: _("Wir haben es ausgestellt, und es gilt."),
        Verdict.EXPIRED: _("Wir haben es ausgestellt. Seine Gültigkeit ist abgelaufen."),
        Verdict.SUPERSEDED: _("Wir haben es ausgestellt, später aber durch ein neues ersetzt. Nur das neue gilt."),
        Verdict.REVOKED: _("Wir haben es ausgestellt und später für ungültig erklärt."),
        Verdict.CHANGED: _(
            "Sie trägt den Prüfcode eines Dokuments von uns, ist aber nicht die Datei, die wir "
            "ausgestellt haben. Verlassen Sie sich nicht darauf."
        ),
        Verdict.UNKNOWN: _(
            "Zu diesem Prüfcode gibt es bei uns kein Dokument. Vergleichen Sie den Code noch einmal. "
            "Achten Sie auch auf die Adresse: Jede Kommune prüft ihre eigenen Dokumente."
        ),
    }[result.reason]


def rows(result: VerificationResult, *, issuer: str) -> list[Row]:
    """What the register says; nothing that names a person or a case."""
    document = result.document
    if document is None:
        return []
    days = (
        (_("Ausgestellt am"), localtime(document.issued_at)),
        (_("Gültig bis"), document.valid_until),
        (_("Widerrufen am"), document.revoked_at and localtime(document.revoked_at)),
        (_("Ersetzt am"), document.superseded_at and localtime(document.superseded_at)),
    )
    return [
        Row(_("Dokument"), document.title),
        Row(_("Ausgestellt von"), issuer),
        *(Row(label, date_format(day, "d.m.Y")) for label, day in days if day),
        Row(_("Prüfcode"), document.code),
        *_file_rows(result),
    ]


def _file_rows(result: VerificationResult) -> list[Row]:
    if not result.of_file:
        return []
    same = _("Stimmt Byte für Byte mit der ausgestellten überein")
    other = _("Weicht von der ausgestellten ab")
    return [Row(_("Datei"), same if result.same_file else other), Row(_("Siegel"), _seal_in_words(result.seal))]


def _seal_in_words(seal: SealVerification | None) -> str:
    """A seal covers every byte: of a file that differs it can't hold, which needs no look at it.

    One that is whole and one that is known are two things: a commune may have moved here with its documents.
    """
    if seal is None or not seal.intact:
        return _("Fehlt oder ist verletzt")
    if not seal.trusted:
        return _("Unversehrt, aber mit einem Siegel, das hier nicht hinterlegt ist: %(signer)s") % {
            "signer": seal.signer
        }
    return _("Unversehrt: %(signer)s") % {"signer": seal.signer}
