"""What can be done with ideas."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import F
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from tenants.accounts.access import require
from tenants.communes.addresses import site_address
from tenants.communes.invalidation import invalidate_pages
from tenants.communes.scope import require_commune
from themes.mail import send_mail

from .faults import IdeaError, TokenUnknown
from .limits import token_hash
from .models import LONGEST, SHORTEST, Idea, IdeaEvent, Report, ReportReason, Support
from .states import IdeaState, next_state

MODERATE = "participation.moderate_ideas"
LINK_VALID = timedelta(hours=48)
MAIL_AGAIN_AFTER = timedelta(minutes=2)


@transaction.atomic
def write_idea(*, text: str, email: str, district: str = "", author_name: str = "") -> Idea:
    """Keep an idea and mail its link; it is public once confirmed. Raises IdeaError.

    The same idea from the same address is kept once: a second click sends no second mail, a later try a new link.
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
    if idea.state == IdeaState.DRAFT and (idea.mailed_at is None or now - idea.mailed_at > MAIL_AGAIN_AFTER):
        idea.mailed_at = now
        idea.save(update_fields=["mailed_at"])
        _order_link(idea)
    return idea


def _order_link(idea: Idea) -> None:
    """Let the worker mail the link after the commit, so that a slow mail server keeps nobody waiting."""
    from .tasks import mail_link

    order = {"schema": require_commune().schema, "idea_id": idea.pk, "language": get_language() or "de"}
    transaction.on_commit(lambda: mail_link.delay(**order))


@transaction.atomic
def send_link(*, idea_id: int) -> None:
    """Give an unconfirmed idea a new link and mail it. An idea that is gone or confirmed gets none."""
    idea = Idea.objects.select_for_update().filter(pk=idea_id, state=IdeaState.DRAFT).first()
    if idea is None:
        return
    token = secrets.token_urlsafe(24)
    idea.token_hash = token_hash(token)
    idea.save(update_fields=["token_hash"])
    link = site_address() + reverse("participation:confirm", args=[token], urlconf="rathausplatz.urls.portal")
    send_mail(to=idea.email, template="participation/mail/confirm", context={"idea": idea, "link": link})


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
    require(actor, MODERATE)
    reason = reason.strip()[:300]
    if not reason:
        raise IdeaError("reason-missing", _("Nennen Sie einen Grund. Er muss vor der Person bestehen, die schrieb."))
    fresh = _locked(idea)
    fresh.hidden_reason = reason
    _settle(fresh)
    return _change(fresh, "hide", actor.email, reason, ["hidden_reason"])


@transaction.atomic
def show_idea(*, idea: Idea, actor: Any) -> Idea:
    """Put a hidden idea on the portal again. Raises IdeaError."""
    require(actor, MODERATE)
    fresh = _locked(idea)
    fresh.hidden_reason = ""
    fresh.confirmed_at = fresh.confirmed_at or timezone.now()
    return _change(fresh, "show", actor.email, "", ["hidden_reason", "confirmed_at"])


@transaction.atomic
def dismiss_reports(*, idea: Idea, actor: Any) -> Idea:
    """Find an idea in order: its open reports are settled, it stays. Safe to repeat."""
    require(actor, MODERATE)
    fresh = _locked(idea)
    if _settle(fresh):
        IdeaEvent.objects.create(idea=fresh, verb="dismiss", actor=actor.email)
    return fresh


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
