"""What can be done with ideas."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from tenants.accounts.access import require
from tenants.communes.addresses import site_address
from tenants.communes.invalidation import invalidate_pages
from tenants.mails.limits import is_written_to_too_often
from tenants.mails.queries import failed_causes
from themes.mail import send_mail

from .faults import IdeaError, TokenUnknown, TooOften
from .limits import token_hash
from .models import LONGEST, SHORTEST, Idea, IdeaEvent, Report, ReportReason, Support
from .states import IdeaState, next_state

MODERATE = "participation.moderate_ideas"
LINK_VALID = timedelta(hours=48)
MAIL_AGAIN_AFTER = timedelta(minutes=2)


@transaction.atomic
def write_idea(*, text: str, email: str, district: str = "", author_name: str = "") -> Idea:
    """Keep an idea with the mail of its link; it is public once confirmed. Raises IdeaError.

    The same idea from the same address is kept once: a second click writes no second mail while the first is on its
    way, a later try a new link. Raises TooOften when the address got too many mails today.
    """
    text = " ".join(text.split())
    if not SHORTEST <= len(text) <= LONGEST:
        raise IdeaError("length", _("Schreiben Sie Ihre Idee in 10 bis 280 Zeichen."))
    _forget_unconfirmed()
    idea, _created = Idea.objects.get_or_create(
        email=email.strip().lower(),
        text=text,
        defaults={"district": district.strip(), "author_name": author_name.strip()},
    )
    idea = _locked(idea)
    now = timezone.now()
    if idea.state == IdeaState.DRAFT and (idea.mailed_at is None or _is_worth_another_mail(idea, now)):
        with is_written_to_too_often(idea.email) as too_often:
            if too_often:
                raise TooOften(
                    "recipient",
                    _("An diese Adresse ging heute schon viel Post von uns. Versuchen Sie es morgen wieder."),
                )
            idea.mailed_at = now
            idea.save(update_fields=["mailed_at"])
            _write_link(idea)
    return idea


@transaction.atomic
def send_link(*, idea_id: int) -> None:
    """Give an unconfirmed idea a new link and write its mail. An idea that is gone or confirmed gets none."""
    idea = Idea.objects.select_for_update().filter(pk=idea_id, state=IdeaState.DRAFT).first()
    if idea is not None:
        _write_link(idea)


@transaction.atomic
def send_owed_links() -> None:
    """Write the mails of ideas whose link was promised and never written: the release before left that to a task."""
    owed = Idea.objects.filter(
        state=IdeaState.DRAFT, token_hash="", mailed_at__lt=timezone.now() - MAIL_AGAIN_AFTER
    ).filter(mailed_at__gt=timezone.now() - LINK_VALID)
    for idea in owed.select_for_update(skip_locked=True):
        _write_link(idea)


def _write_link(idea: Idea) -> None:
    token = secrets.token_urlsafe(24)
    idea.token_hash = token_hash(token)
    idea.save(update_fields=["token_hash"])
    link = site_address() + reverse("participation:confirm", args=[token], urlconf="rathausplatz.urls.portal")
    send_mail(
        cause=f"{_causes(idea)}{idea.token_hash[:16]}",
        to=idea.email,
        template="participation/mail/confirm",
        context={"link": link},
    )


def _causes(idea: Idea) -> str:
    return f"participation/{idea.pk}/"


def _is_worth_another_mail(idea: Idea, now: datetime) -> bool:
    """Whether the last mail is some time ago, or could not be delivered."""
    is_old = idea.mailed_at is None or now - idea.mailed_at > MAIL_AGAIN_AFTER
    return is_old or f"{_causes(idea)}{idea.token_hash[:16]}" in failed_causes(_causes(idea))


@transaction.atomic
def confirm_idea(*, token: str) -> Idea:
    """Make an idea public by the token of its mail. May be run twice. Raises TokenUnknown."""
    idea = Idea.objects.select_for_update().filter(token_hash=token_hash(token)).exclude(token_hash="").first()
    if idea is None or (idea.state == IdeaState.DRAFT and _is_too_old(idea)):
        raise TokenUnknown(
            "token-unknown",
            _("Dieser Link gilt nicht mehr. Schreiben Sie Ihre Idee bitte noch einmal auf."),
        )
    if idea.state != IdeaState.DRAFT:
        return idea
    idea.confirmed_at = timezone.now()
    return _change(idea, "confirm", "", "", ["confirmed_at"])


@transaction.atomic
def support_idea(*, idea: Idea, supporter: str) -> int:
    """Support a public idea once; a second time changes nothing. Returns how many support it. Raises IdeaError."""
    fresh = _public(idea)
    _support, created = Support.objects.get_or_create(idea=fresh, supporter=supporter)
    if not created:
        return fresh.supports
    return _count(fresh, 1)


@transaction.atomic
def withdraw_support(*, idea: Idea, supporter: str) -> int:
    """Take one's support back; safe to repeat. Returns how many support the idea."""
    fresh = _public(idea)
    gone, _rows = Support.objects.filter(idea=fresh, supporter=supporter).delete()
    return _count(fresh, -1) if gone else fresh.supports


@transaction.atomic
def report_idea(*, idea: Idea, reason: str, reporter: str, note: str = "") -> Report:
    """Tell the editors about an idea; the same person's open report is kept once. Raises IdeaError."""
    if reason not in ReportReason.values:
        raise IdeaError("reason-missing", _("Wählen Sie, was nicht stimmt."))
    fresh = _public(idea)
    defaults = {"reason": reason, "note": note.strip()[:500]}
    report, _created = Report.objects.get_or_create(
        idea=fresh, reporter=reporter, settled_at__isnull=True, defaults=defaults
    )
    return report


@transaction.atomic
def hide_idea(*, idea: Idea, actor: Any, reason: str) -> Idea:
    """Take an idea off the portal, with a reason that its author could be told. Raises IdeaError."""
    require(actor, MODERATE, idea)
    reason = _tidy(reason)
    if not reason:
        raise IdeaError("reason-missing", _("Nennen Sie einen Grund. Er muss vor der Person bestehen, die schrieb."))
    fresh = _locked(idea)
    fresh.hidden_reason = reason
    _settle(fresh)
    return _change(fresh, "hide", actor.email, reason, ["hidden_reason"])


@transaction.atomic
def show_idea(*, idea: Idea, actor: Any) -> Idea:
    """Put a hidden idea on the portal again. Raises IdeaError."""
    require(actor, MODERATE, idea)
    fresh = _locked(idea)
    fresh.hidden_reason = ""
    fresh.confirmed_at = fresh.confirmed_at or timezone.now()
    return _change(fresh, "show", actor.email, "", ["hidden_reason", "confirmed_at"])


@transaction.atomic
def dismiss_reports(*, idea: Idea, actor: Any) -> Idea:
    """Find an idea in order: its open reports are settled, it stays. Safe to repeat."""
    require(actor, MODERATE, idea)
    fresh = _locked(idea)
    if _settle(fresh):
        IdeaEvent.objects.create(idea=fresh, verb="dismiss", actor=actor.email)
    return fresh


def _tidy(reason: str) -> str:
    """A reason on one line, without what can't be stored or read."""
    return "".join(sign for sign in " ".join(reason.split()) if sign.isprintable())[:300].strip()


def _locked(idea: Idea) -> Idea:
    return Idea.objects.select_for_update().get(pk=idea.pk)


def _public(idea: Idea) -> Idea:
    fresh = _locked(idea)
    if not fresh.is_public:
        raise IdeaError("not-public", _("Diese Idee ist nicht mehr öffentlich."))
    return fresh


def _change(idea: Idea, verb: str, actor: str, reason: str, fields: list[str]) -> Idea:
    idea.state = next_state(idea.state, verb)
    idea.save(update_fields=["state", *fields])
    IdeaEvent.objects.create(idea=idea, verb=verb, actor=actor, reason=reason)
    invalidate_pages()
    return idea


def _count(idea: Idea, step: int) -> int:
    Idea.objects.filter(pk=idea.pk).update(supports=F("supports") + step)
    invalidate_pages()
    return idea.supports + step


def _settle(idea: Idea) -> int:
    return Report.objects.filter(idea=idea, settled_at__isnull=True).update(settled_at=timezone.now())


def _is_too_old(idea: Idea) -> bool:
    return idea.mailed_at is None or timezone.now() - idea.mailed_at > LINK_VALID


def _forget_unconfirmed() -> None:
    """Ideas whose link was not used in time are gone, with the address."""
    old = timezone.now() - LINK_VALID
    Idea.objects.filter(state=IdeaState.DRAFT, mailed_at__lt=old).delete()
