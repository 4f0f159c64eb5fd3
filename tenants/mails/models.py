"""A mail from the moment it is promised until some time after it has left."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class MailState(models.TextChoices):
    """How far a mail is. One that is being sent is a waiting one whose `due_at` lies some minutes ahead."""

    WAITING = "waiting", _("wartet")
    SENT = "sent", _("verschickt")
    FAILED = "failed", _("gescheitert")


class OutgoingMail(models.Model):
    """One mail to one address.

    `cause` says what it is about, so that it is written once: „cases/GE-7K3F-29MX/confirm“. Its first word is the room.
    `content` is sealed (see `contents.py`): links in it open things, and tables are copied into backups and archives.
    Content and `recipient` go when the mail has left or was given up; `recipient_key` is a digest by which the same
    address is known again. `unanswered` counts tries after which nobody knows whether the server took the mail.
    """

    cause = models.CharField(_("Anlass"), max_length=150, unique=True)
    recipient = models.EmailField(_("E-Mail-Adresse"), blank=True)
    recipient_key = models.CharField(_("Kennung der Adresse"), max_length=64)
    content = models.TextField(_("Inhalt, versiegelt"), blank=True)
    state = models.CharField(_("Stand"), max_length=10, choices=MailState, default=MailState.WAITING)
    attempts = models.PositiveIntegerField(_("Versuche"), default=0)
    unanswered = models.PositiveSmallIntegerField(_("Versuche ohne Antwort"), default=0)
    bounced = models.BooleanField(_("Adresse unbekannt"), default=False)
    last_error = models.CharField(_("Fehler"), max_length=500, blank=True)
    created_at = models.DateTimeField(_("geschrieben"))
    due_at = models.DateTimeField(_("fällig"))
    finished_at = models.DateTimeField(_("erledigt"), null=True, blank=True)

    class Meta:
        verbose_name = _("Nachricht")
        verbose_name_plural = _("Nachrichten")
        ordering = ["pk"]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(state="waiting"), name="mails_due"),
            models.Index(fields=["recipient_key"], condition=Q(bounced=True), name="mails_bounced"),
            models.Index(fields=["finished_at"], condition=~Q(state="waiting"), name="mails_finished"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=MailState.values), name="mails_state_known"),
            models.CheckConstraint(
                condition=(Q(state="waiting", finished_at__isnull=True) & ~Q(content="") & ~Q(recipient=""))
                | (~Q(state="waiting") & Q(finished_at__isnull=False, content="", recipient="")),
                name="mails_finished_is_emptied",
            ),
            models.CheckConstraint(condition=~Q(bounced=True) | Q(state="failed"), name="mails_bounced_has_failed"),
        ]

    def __str__(self) -> str:
        return f"{self.cause} ({self.state})"
