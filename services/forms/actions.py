"""What can be done with drafts. Whoever holds the token may act on a draft; there is no other permission."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.core.files.base import File
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from .models import Draft, Upload
from .queries import form_of
from .quotas import DraftError, demand_room_for_draft, demand_room_for_file
from .schema import effective_answers
from .uploads import CONTENT_TYPES, UploadRefused, check_upload

log = structlog.get_logger(__name__)
DRAFT_LIFETIME = timedelta(days=7)
PURGE_BATCH = 500


class DraftExpired(DraftError):
    """Its time is over."""

    def __init__(self) -> None:
        super().__init__(_("Ihr Entwurf ist abgelaufen. Bitte beginnen Sie den Antrag neu."))


class DraftAlreadyClaimed(DraftError):
    """It has been sent. `reference` names what it became."""

    def __init__(self, reference: str) -> None:
        self.reference = reference
        message = _("Diesen Antrag haben Sie schon abgesendet. Die Vorgangsnummer ist %(reference)s.")
        super().__init__(message % {"reference": reference})


@dataclass(frozen=True, slots=True)
class ClaimedDraft:
    """What a draft held when it was sent: only answers to questions that were asked, and the files they
    name.
    """

    offering_slug: str
    definition_key: str
    definition_version: int
    answers: dict[str, Any]
    uploads: tuple[Upload, ...]


@transaction.atomic
def start_draft(*, offering_slug: str, definition_key: str, definition_version: int, origin: str = "") -> Draft:
    """Begin an application. `origin` tells by a digest from where, "" is nobody in particular.

    Raises DefinitionNotFound or FormMissing when there is nothing to fill in, TooManyDrafts when too many are open.
    """
    form_of(definition_key, definition_version)
    demand_room_for_draft(origin)
    return Draft.objects.create(
        token=secrets.token_urlsafe(24),
        offering_slug=offering_slug,
        definition_key=definition_key,
        definition_version=definition_version,
        expires_at=timezone.now() + DRAFT_LIFETIME,
        origin=origin,
    )


@transaction.atomic
def save_step(
    *, draft: Draft, step_key: str, answers: Mapping[str, Any], uploads: Mapping[str, File] | None = None
) -> Draft:
    """Keep the valid answers of one page (from `StepResult.answers`), storing its new files. May be run
    twice.

    Answers of pages that are no longer asked stay in the draft, in case the applicant changes their mind;
    sending drops them. Raises DraftExpired, DraftAlreadyClaimed, UploadRefused, and KeyError for answers or
    a step that the form does not have.
    """
    locked = _open_draft(draft)
    step = form_of(locked.definition_key, locked.definition_version).step(step_key)
    allowed = {key for field in step.fields for key in (field.key, field.override_key)}
    if unknown := set(answers) - allowed:
        raise KeyError(f"{step_key}: {', '.join(sorted(unknown))}")
    locked.answers = {**locked.answers, **answers}
    for field_key, file in (uploads or {}).items():
        upload = _store(locked, field_key, file)
        locked.answers[field_key] = answer_for(upload)
    locked.expires_at = timezone.now() + DRAFT_LIFETIME
    locked.save(update_fields=["answers", "expires_at"])
    return locked


@transaction.atomic
def add_upload(*, draft: Draft, field: str, file: File) -> Upload:
    """Store a file for the field of a draft in place of an earlier one. Raises UploadRefused, DraftError."""
    locked = _open_draft(draft)
    upload = _store(locked, field, file)
    locked.answers = {**locked.answers, field: answer_for(upload)}
    locked.save(update_fields=["answers"])
    return upload


@transaction.atomic
def discard_draft(*, draft: Draft) -> None:
    """Delete a draft that has not been sent, with its files. Raises DraftAlreadyClaimed. May be run twice."""
    locked = Draft.objects.select_for_update().filter(pk=draft.pk).first()
    if locked is None:
        return
    if locked.claimed_at:
        raise DraftAlreadyClaimed(locked.reference)
    _delete(locked)


@transaction.atomic
def claim_draft(*, draft: Draft, reference: str) -> ClaimedDraft:
    """Take what the draft holds, once. The second caller waits for the first and gets DraftAlreadyClaimed.

    `reference` (the case number) becomes the owner of the files. Call it in the transaction that stores the
    case. Raises DraftExpired.
    """
    locked = _open_draft(draft)
    form = form_of(locked.definition_key, locked.definition_version)
    answers = effective_answers(form, locked.answers)
    kept = {value["upload"] for value in answers.values() if isinstance(value, dict) and "upload" in value}
    for upload in locked.uploads.exclude(pk__in=kept):
        _delete_upload(upload)
    locked.uploads.update(draft=None, reference=reference)
    Draft.objects.filter(pk=locked.pk).update(answers={}, claimed_at=timezone.now(), reference=reference)
    uploads = tuple(Upload.objects.filter(pk__in=kept))
    return ClaimedDraft(locked.offering_slug, locked.definition_key, locked.definition_version, answers, uploads)


@transaction.atomic
def delete_uploads(*, reference: str) -> int:
    """Delete the files of a case when its retention ends; returns how many. May be run twice."""
    uploads = list(Upload.objects.filter(reference=reference))
    for upload in uploads:
        _delete_upload(upload)
    return len(uploads)


@transaction.atomic
def purge_expired_drafts(*, now: datetime | None = None) -> int:
    """Delete expired drafts (a batch of them) with their files; returns how many. Drafts in use are
    skipped.
    """
    expired = Draft.objects.filter(expires_at__lte=now or timezone.now())
    drafts = list(expired.select_for_update(skip_locked=True)[:PURGE_BATCH])
    for draft in drafts:
        _delete(draft)
    return len(drafts)


def answer_for(upload: Upload) -> dict[str, Any]:
    """The answer that stands for a stored file."""
    return {
        "upload": upload.pk,
        "name": upload.original_name,
        "size": upload.size,
        "type": upload.content_type,
    }


def _open_draft(draft: Draft) -> Draft:
    locked = Draft.objects.select_for_update().filter(pk=draft.pk).first()
    if locked is None:
        raise DraftExpired
    if locked.claimed_at:
        raise DraftAlreadyClaimed(locked.reference)
    if locked.expires_at <= timezone.now():
        raise DraftExpired
    return locked


def _store(draft: Draft, field_key: str, file: File) -> Upload:
    form = form_of(draft.definition_key, draft.definition_version)
    field = next((field for _step, field in form.fields() if field.key == field_key), None)
    if field is None or field.kind != "file":
        raise KeyError(field_key)
    content_type = check_upload(file, field.accept, field.max_bytes)
    demand_room_for_file(draft, file.size)
    for earlier in draft.uploads.filter(field=field_key):
        _delete_upload(earlier)
    upload = Upload(
        draft=draft,
        field=field_key,
        original_name=_bare_name(file.name),
        content_type=content_type,
        size=file.size,
        sha256=_sha256(file),
    )
    ending = next(name for name, known in CONTENT_TYPES.items() if known == content_type)
    try:
        upload.file.save(f"uploads/{secrets.token_hex(16)}.{ending}", file, save=False)
    except Exception as error:  # each kind of store has errors of its own; nothing is stored, and that is said
        log.error("forms.file_not_stored", error=type(error).__name__)
        text = _("Wir können Dateien gerade nicht speichern. Versuchen Sie es in einigen Minuten noch einmal.")
        raise UploadRefused(text) from error
    upload.save()
    return upload


def _bare_name(name: str | None) -> str:
    bare = (name or "").replace("\\", "/").rpartition("/")[2]
    printable = "".join(char for char in bare if char.isprintable()).strip()
    return printable[-150:] or "datei"


def _sha256(file: File) -> str:
    digest = hashlib.sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    file.seek(0)
    return digest.hexdigest()


def _delete(draft: Draft) -> None:
    for upload in draft.uploads.all():
        _delete_upload(upload)
    draft.delete()


def _delete_upload(upload: Upload) -> None:
    storage, name = upload.file.storage, upload.file.name
    upload.delete()
    # a file that can't be deleted now must not undo what is already committed
    transaction.on_commit(lambda: storage.delete(str(name)), robust=True)
