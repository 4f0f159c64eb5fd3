"""Ideas, who supports them, and what was reported about them."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Length
from django.utils.translation import gettext_lazy as _

from .states import IdeaState

SHORTEST, LONGEST = 10, 280
models.CharField.register_lookup(Length)


class Idea(models.Model):
    """An idea in at most 280 characters. `email` is never shown; `author_name` only because it was given to be shown.

    `token_hash` is the SHA-256 of what stands in the confirmation link. `supports` counts the rows of `Support` and is
    written together with them.
    """

    text = models.CharField(_("Idee"), max_length=LONGEST)
    district = models.CharField(_("Ortsteil"), max_length=80, blank=True)
    author_name = models.CharField(_("Name"), max_length=60, blank=True)
    email = models.EmailField(_("E-Mail-Adresse"))
    state = models.CharField(_("Stand"), max_length=10, choices=IdeaState, default=IdeaState.DRAFT)
    token_hash = models.CharField(_("Prüfsumme des Links"), max_length=64, blank=True, db_index=True)
    supports = models.PositiveIntegerField(_("Unterstützungen"), default=0)
    created_at = models.DateTimeField(_("aufgeschrieben"), auto_now_add=True)
    mailed_at = models.DateTimeField(_("Link verschickt"), null=True, blank=True)
    confirmed_at = models.DateTimeField(_("bestätigt"), null=True, blank=True)
    hidden_reason = models.CharField(_("Grund"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("Idee")
        verbose_name_plural = _("Ideen")
        ordering = ["-confirmed_at", "-pk"]
        indexes = [
            models.Index(fields=["state", "-confirmed_at"], name="participation_idea_newest"),
            models.Index(fields=["state", "-supports"], name="participation_idea_liked"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(text__length__gte=SHORTEST, text__length__lte=LONGEST), name="participation_idea_length"
            ),
            models.CheckConstraint(condition=Q(state__in=IdeaState.values), name="participation_idea_state"),
            models.CheckConstraint(
                condition=~Q(state=IdeaState.CONFIRMED) | Q(confirmed_at__isnull=False),
                name="participation_public_is_confirmed",
            ),
            models.CheckConstraint(
                condition=~Q(state=IdeaState.HIDDEN) | ~Q(hidden_reason=""), name="participation_hidden_has_reason"
            ),
            models.UniqueConstraint(fields=["email", "text"], name="participation_idea_once"),
        ]

    def __str__(self) -> str:
        return self.text[:60]

    @property
    def is_public(self) -> bool:
        """Whether everybody may read it."""
        return self.state == IdeaState.CONFIRMED


class Support(models.Model):
    """Somebody supports an idea. `supporter` is a hash of the account or of the browser's own cookie."""

    idea = models.ForeignKey(Idea, models.CASCADE, related_name="supporters", verbose_name=_("Idee"))
    supporter = models.CharField(_("wer"), max_length=64)
    created_at = models.DateTimeField(_("am"), auto_now_add=True)

    class Meta:
        verbose_name = _("Unterstützung")
        verbose_name_plural = _("Unterstützungen")
        ordering = ["-pk"]
        constraints = [models.UniqueConstraint(fields=["idea", "supporter"], name="participation_support_once")]

    def __str__(self) -> str:
        return f"{self.idea_id}"


class ReportReason(models.TextChoices):
    """Why somebody reports an idea."""

    INSULT = "insult", _("Beleidigung oder Hetze")
    PERSONAL = "personal", _("persönliche Daten einer anderen Person")
    SPAM = "spam", _("Werbung oder Unsinn")
    OTHER = "other", _("etwas anderes")


class Report(models.Model):
    """A note to the editors. It is open until somebody hid the idea or found it in order."""

    idea = models.ForeignKey(Idea, models.CASCADE, related_name="reports", verbose_name=_("Idee"))
    reason = models.CharField(_("Grund"), max_length=10, choices=ReportReason)
    note = models.CharField(_("Anmerkung"), max_length=500, blank=True)
    reporter = models.CharField(_("wer"), max_length=64)
    created_at = models.DateTimeField(_("am"), auto_now_add=True)
    settled_at = models.DateTimeField(_("erledigt"), null=True, blank=True)

    class Meta:
        verbose_name = _("Hinweis")
        verbose_name_plural = _("Hinweise")
        ordering = ["created_at"]
        constraints = [
            models.CheckConstraint(condition=Q(reason__in=ReportReason.values), name="participation_report_reason"),
            models.UniqueConstraint(
                fields=["idea", "reporter"], condition=Q(settled_at__isnull=True), name="participation_report_once"
            ),
        ]

    def __str__(self) -> str:
        return self.get_reason_display()


class IdeaEvent(models.Model):
    """What happened to an idea, by whom, and why."""

    idea = models.ForeignKey(Idea, models.CASCADE, related_name="events", verbose_name=_("Idee"))
    verb = models.CharField(_("Handlung"), max_length=20)
    actor = models.CharField(_("von"), max_length=254, blank=True)
    reason = models.CharField(_("Grund"), max_length=300, blank=True)
    at = models.DateTimeField(_("am"), auto_now_add=True)

    class Meta:
        verbose_name = _("Ereignis")
        verbose_name_plural = _("Ereignisse")
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.verb} {self.at:%d.%m.%Y}"
