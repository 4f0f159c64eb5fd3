"""Cases, their history, their outgoing work and the messages about them."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class CaseState(models.TextChoices):
    """Where a case stands; the ways between are in `states.py`."""

    SUBMITTED = "submitted", _("eingegangen")
    IN_REVIEW = "in_review", _("in Prüfung")
    WAITING = "waiting", _("wartet auf Antwort")
    GRANTED = "granted", _("bewilligt")
    REJECTED = "rejected", _("abgelehnt")
    WITHDRAWN = "withdrawn", _("zurückgezogen")
    CLOSED = "closed", _("abgeschlossen")


class ActorKind(models.TextChoices):
    """Who did something."""

    APPLICANT = "applicant", _("antragstellende Person")
    CLERK = "clerk", _("Sachbearbeitung")
    SYSTEM = "system", _("System")


class Case(models.Model):
    """One application from submission to archive.

    `answers` are validated answers of the form `definition_key` `definition_version`; `facts` what the rules were run
    on; `reasons` what they said. `decided_by` None on a decided case means: the system. `access_salt` is what the
    access code is derived from (see `access.py`); the code itself is stored nowhere.
    """

    number = models.CharField(_("Vorgangsnummer"), max_length=14, unique=True)
    access_salt = models.CharField(max_length=32, editable=False)
    offering_slug = models.CharField(_("Leistung"), max_length=100)
    definition_key = models.CharField(_("Stammtext"), max_length=60)
    definition_version = models.PositiveIntegerField(_("Version"))
    title = models.CharField(_("Anliegen"), max_length=200)
    language = models.CharField(_("Sprache"), max_length=5, default="de")
    answers = models.JSONField(_("Angaben"), default=dict)
    facts = models.JSONField(_("Tatsachen"), default=dict)
    reasons = models.JSONField(_("Gründe"), default=list)
    proposal = models.CharField(_("Vorschlag"), max_length=10, blank=True)
    state = models.CharField(_("Stand"), max_length=12, choices=CaseState, default=CaseState.SUBMITTED)
    applicant_name = models.CharField(_("Name"), max_length=200)
    applicant_email = models.EmailField(_("E-Mail-Adresse"), blank=True)
    applicant_birth_date = models.DateField(_("Geburtsdatum"), null=True, blank=True)
    applicant_address = models.JSONField(_("Adresse"), default=dict, blank=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="cases", verbose_name=_("Konto")
    )
    submitted_at = models.DateTimeField(_("eingegangen"))
    due_at = models.DateTimeField(_("Frist"))
    decided_at = models.DateTimeField(_("entschieden"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="decided_cases",
        verbose_name=_("entschieden von"),
    )
    valid_until = models.DateField(_("gültig bis"), null=True, blank=True)

    class Meta:
        verbose_name = _("Vorgang")
        verbose_name_plural = _("Vorgänge")
        ordering = ["-submitted_at", "-pk"]
        indexes = [
            models.Index(fields=["state", "due_at"], name="case_by_deadline"),
            models.Index(fields=["definition_key", "state", "applicant_birth_date"], name="case_by_person"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=CaseState.values), name="case_state_known"),
            models.CheckConstraint(
                condition=Q(number__regex=r"^[A-Z]{2,3}-[2-9B-Z]{4}-[2-9B-Z]{4}$"), name="case_number_form"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["granted", "rejected"]) | Q(decided_at__isnull=False),
                name="case_decision_has_time",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["submitted", "in_review", "waiting"])
                | Q(decided_at__isnull=True, decided_by__isnull=True, valid_until__isnull=True),
                name="case_open_is_undecided",
            ),
            models.CheckConstraint(
                condition=~Q(state="rejected") | Q(decided_by__isnull=False), name="case_rejected_by_a_person"
            ),
            models.CheckConstraint(condition=Q(due_at__gte=models.F("submitted_at")), name="case_due_after_start"),
            models.CheckConstraint(condition=Q(proposal__in=["", "grant", "reject"]), name="case_proposal_known"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    @property
    def is_open(self) -> bool:
        """Whether a decision is still to come."""
        return self.state in (CaseState.SUBMITTED, CaseState.IN_REVIEW, CaseState.WAITING)

    @property
    def decided_by_system(self) -> bool:
        """Whether the decision was made without a person."""
        return self.decided_at is not None and self.decided_by_id is None


class EventKind(models.TextChoices):
    """What happened; `history.py` has the words."""

    SUBMITTED = "submitted", _("eingegangen")
    CHARGED = "charged", _("Gebühr erhoben")
    PAID = "paid", _("Gebühr bezahlt")
    REVIEW = "review", _("an einen Menschen übergeben")
    GRANTED = "granted", _("bewilligt")
    REJECTED = "rejected", _("abgelehnt")
    ISSUED = "issued", _("Dokument ausgestellt")
    NOTIFIED = "notified", _("benachrichtigt")
    ASKED = "asked", _("Rückfrage gestellt")
    ANSWERED = "answered", _("Nachricht geschrieben")
    WITHDRAWN = "withdrawn", _("zurückgezogen")
    REMINDED = "reminded", _("erinnert")
    STEP_FAILED = "step_failed", _("Schritt gescheitert")
    STEP_RETRIED = "step_retried", _("Schritt neu gestartet")


class CaseEvent(models.Model):
    """One line of a case's history. Rows are added, never changed."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="events")
    kind = models.CharField(max_length=12, choices=EventKind)
    params = models.JSONField(default=dict)
    actor_kind = models.CharField(max_length=10, choices=ActorKind)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    at = models.DateTimeField()
    public = models.BooleanField(default=True)

    class Meta:
        verbose_name = _("Ereignis")
        verbose_name_plural = _("Verlauf")
        ordering = ["at", "pk"]
        indexes = [models.Index(fields=["case", "at"], name="case_event_by_case")]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=EventKind.values), name="case_event_kind_known"),
            models.CheckConstraint(condition=Q(actor_kind__in=ActorKind.values), name="case_event_actor_known"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.at:%d.%m.%Y %H:%M}"


class StepState(models.TextChoices):
    """How far a step is. A running one is a waiting one whose row is locked."""

    WAITING = "waiting", _("wartet")
    DONE = "done", _("erledigt")
    FAILED = "failed", _("gescheitert")
    SKIPPED = "skipped", _("entfällt")


class CaseStep(models.Model):
    """Outgoing work of a case, stored with it: what must still happen survives any crash.

    `due_at` None means: held until an earlier step is done or a person has decided.
    """

    case = models.ForeignKey(Case, models.CASCADE, related_name="steps")
    name = models.CharField(max_length=30)
    position = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=10, choices=StepState, default=StepState.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    last_error = models.CharField(max_length=500, blank=True)

    class Meta:
        verbose_name = _("Schritt")
        verbose_name_plural = _("Schritte")
        ordering = ["case", "position"]
        indexes = [models.Index(fields=["due_at"], condition=Q(state="waiting"), name="case_step_due")]
        constraints = [
            models.UniqueConstraint(fields=["case", "name"], name="case_step_once"),
            models.CheckConstraint(condition=Q(state__in=StepState.values), name="case_step_state_known"),
            models.CheckConstraint(
                condition=~Q(state="done") | Q(finished_at__isnull=False), name="case_step_done_has_time"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.state})"


class Message(models.Model):
    """A letter between the applicant and the clerks, about one case."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="messages")
    author_kind = models.CharField(max_length=10, choices=ActorKind)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    text = models.TextField(_("Nachricht"), max_length=2000)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("Nachricht")
        verbose_name_plural = _("Nachrichten")
        ordering = ["at", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(author_kind__in=ActorKind.values), name="case_message_author_known"),
            models.CheckConstraint(condition=~Q(text=""), name="case_message_not_empty"),
        ]

    def __str__(self) -> str:
        return self.text[:60]
