"""How much may lie here unsent: drafts and the bytes of their files, of one place and of the whole commune.

Rows are counted, not tries: what was sent, thrown away or has expired makes room again. Two at the same moment may both
find the last place; a quota bounds the disk and is no lock.
"""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Count, Q, QuerySet, Sum
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from tenants.communes.limits import address_of

from .models import Draft, Upload
from .uploads import UploadRefused

MIB = 2**20
# many people share one address of a mobile network, or the terminal in the town hall
DRAFTS_OF_ORIGIN, DRAFTS_OF_COMMUNE = 100, 20_000
BYTES_OF_ORIGIN, BYTES_OF_COMMUNE = 100 * MIB, 2048 * MIB
# a form that was opened and left makes room for others after so long, when there is none
IDLE = timedelta(hours=1)


class DraftError(Exception):
    """The draft can't be used (any more); `str(error)` says what to do."""


class TooManyDrafts(DraftError):
    """Too many applications have been begun and not sent."""


def origin_of(request: HttpRequest) -> str:
    """A digest of where a request comes from."""
    return salted_hmac("forms.origin", address_of(request), algorithm="sha256").hexdigest()


def demand_room_for_draft(origin: str) -> None:
    """Raise TooManyDrafts when no further draft may be begun, from there or at all. One query, unless it is full."""
    found = _open_drafts().aggregate(all=Count("pk"), here=Count("pk", filter=Q(origin=origin) & ~Q(origin="")))
    if found["here"] >= DRAFTS_OF_ORIGIN:
        raise TooManyDrafts(
            _("Von Ihrem Anschluss sind sehr viele Anträge begonnen und nicht abgesendet. Senden Sie erst einen ab.")
        )
    if found["all"] >= DRAFTS_OF_COMMUNE and not _forgot_idle_drafts():
        raise TooManyDrafts(_("Gerade sind sehr viele Anträge begonnen. Versuchen Sie es morgen noch einmal."))


def demand_room_for_file(draft: Draft, size: int) -> None:
    """Raise UploadRefused when a file of so many bytes is too much beside those of unsent drafts. One query."""
    unsent = Upload.objects.filter(reference="")
    here = Q(draft__origin=draft.origin) if draft.origin else Q(draft=draft)
    found = unsent.aggregate(all=Sum("size", default=0), here=Sum("size", filter=here, default=0))
    if found["here"] + size > BYTES_OF_ORIGIN:
        raise UploadRefused(
            _("Von Ihrem Anschluss liegen schon sehr viele Dateien in Anträgen, die nicht abgesendet sind.")
        )
    if found["all"] + size > BYTES_OF_COMMUNE:
        raise UploadRefused(_("Gerade ist kein Platz für weitere Dateien. Versuchen Sie es morgen noch einmal."))


def _open_drafts() -> QuerySet[Draft]:
    return Draft.objects.filter(claimed_at__isnull=True, expires_at__gt=timezone.now())


def _forgot_idle_drafts() -> int:
    """Delete drafts that were begun and left without an answer; returns how many."""
    idle = _open_drafts().filter(answers={}, uploads__isnull=True, created_at__lt=timezone.now() - IDLE)
    return idle.delete()[0]
