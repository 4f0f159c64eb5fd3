"""Documents that were issued, and the log that shows whether somebody changed the record afterwards."""

from __future__ import annotations

import secrets
from datetime import date

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from services.documents.codes import CODE_LENGTH, grouped


def random_path(_document: IssuedDocument, _filename: str) -> str:
    """Where the file lies: says nothing about the case; the storage adds the commune's prefix."""
    name = secrets.token_hex(16)
    return f"documents/{name[:2]}/{name}.pdf"


class DocumentState(models.TextChoices):
    VALID = "valid", _("gültig")
    EXPIRED = "expired", _("abgelaufen")
    SUPERSEDED = "superseded", _("ersetzt")
    REVOKED = "revoked", _("widerrufen")


class IssuedDocument(models.Model):
    """A sealed PDF. Its content never changes; it can only be revoked or superseded by another."""

    reference = models.CharField(_("Aktenzeichen"), max_length=40)
    template = models.CharField(_("Vorlage"), max_length=60)
    title = models.CharField(_("Titel"), max_length=200)
    language = models.CharField(_("Sprache"), max_length=10, default="de")
    verify_code = models.CharField(_("Prüfcode"), max_length=CODE_LENGTH, unique=True)
    file = models.FileField(_("Datei"), upload_to=random_path, max_length=120)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField()
    issued_at = models.DateTimeField(_("ausgestellt"))
    valid_until = models.DateField(_("gültig bis"), null=True, blank=True)
    superseded_at = models.DateTimeField(null=True, blank=True)
    superseded_by = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="supersedes"
    )
    revoked_at = models.DateTimeField(_("widerrufen"), null=True, blank=True)
    revocation_reason = models.CharField(_("Grund des Widerrufs"), max_length=300, blank=True)

    class Meta:
        ordering = ["-issued_at", "-pk"]
        indexes = [models.Index(fields=["sha256"], name="document_by_sha256")]
        constraints = [
            models.UniqueConstraint(
                fields=["reference", "template"],
                condition=Q(superseded_at__isnull=True),
                name="document_once_per_reference",
            ),
            models.CheckConstraint(condition=Q(size__gt=0), name="document_not_empty"),
            models.CheckConstraint(condition=Q(sha256__regex=r"^[0-9a-f]{64}$"), name="document_sha256_hex"),
        ]

    def __str__(self) -> str:
        return f"{self.reference} {self.title}"

    @property
    def code(self) -> str:
        return grouped(self.verify_code)

    def state_on(self, day: date) -> DocumentState:
        """What the document is worth on that day; a revocation outweighs everything else."""
        if self.revoked_at:
            return DocumentState.REVOKED
        if self.superseded_at:
            return DocumentState.SUPERSEDED
        if self.valid_until and self.valid_until < day:
            return DocumentState.EXPIRED
        return DocumentState.VALID

    @property
    def state(self) -> DocumentState:
        return self.state_on(timezone.localdate())


class LogKind(models.TextChoices):
    ISSUED = "issued", _("ausgestellt")
    SUPERSEDED = "superseded", _("ersetzt")
    REVOKED = "revoked", _("widerrufen")


class DocumentLogEntry(models.Model):
    """One link of the chain: each entry's hash covers the one before it. Written by log.py only.

    It holds digests, no personal data, and no key to the document: it stays when a case is deleted.
    """

    position = models.PositiveBigIntegerField(primary_key=True)
    kind = models.CharField(max_length=10, choices=LogKind)
    code_digest = models.CharField(max_length=64)
    file_digest = models.CharField(max_length=64)
    happened_at = models.DateTimeField()
    previous_hash = models.CharField(max_length=64)
    entry_hash = models.CharField(max_length=64, unique=True)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.CheckConstraint(condition=Q(position__gte=1), name="document_log_starts_at_one"),
            models.CheckConstraint(condition=Q(kind__in=LogKind.values), name="document_log_kind_known"),
        ]
        indexes = [models.Index(fields=["code_digest"], name="document_log_by_code")]

    def __str__(self) -> str:
        return f"{self.position} {self.kind}"
