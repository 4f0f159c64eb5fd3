"""What can be done with documents: issue, revoke, tidy up."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import Any

from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from django.utils import timezone

from services.documents import log
from services.documents.addresses import verify_url
from services.documents.codes import new_code
from services.documents.letterheads import current_letterhead
from services.documents.letters import letters
from services.documents.models import IssuedDocument, LogKind
from services.documents.queries import current_document, stored_paths
from services.documents.rendering import Frame, render_letter
from services.documents.sealing import seal_pdf
from tenants.accounts.access import require
from tenants.accounts.models import User

logger = logging.getLogger(__name__)


class DocumentConflict(ValueError):
    """The document is no longer the current one, or was already ended in another way."""


def issue_document(
    *,
    template: str,
    context: Mapping[str, Any],
    title: str,
    reference: str,
    language: str = "de",
    valid_until: date | None = None,
    supersedes: IssuedDocument | None = None,
) -> IssuedDocument:
    """Render, seal, store and log a letter.

    Idempotent by (reference, template): a later call returns the document that is there, whatever its
    context, and so do two calls at the same time. Only `supersedes` (the current document) makes a new one
    in its place. Raises UnknownEntryError, LetterContextInvalid, SealKeyUnusable. Nothing is left behind if
    it fails; a file whose transaction is rolled back later is found by remove_orphans.
    """
    existing = current_document(reference=reference, template=template)
    if existing and existing != supersedes:
        return existing
    document, pdf = _drawn(template, context, title, reference, language, valid_until)
    try:
        with transaction.atomic(), _stored(document, pdf):
            if supersedes:
                _end(supersedes, LogKind.SUPERSEDED, at=document.issued_at)
            document.save(force_insert=True)
            if supersedes:
                IssuedDocument.objects.filter(pk=supersedes.pk).update(superseded_by=document)
            log.append(LogKind.ISSUED, document, happened_at=document.issued_at)
    except IntegrityError:
        winner = current_document(reference=reference, template=template)
        if winner is None:
            raise
        return winner
    return document


@transaction.atomic
def revoke_document(*, document: IssuedDocument, actor: User, reason: str) -> IssuedDocument:
    """Declare a document invalid from now on (§§ 48, 49 VwVfG). Needs documents.revoke_document.

    A second call changes nothing. The reason is for the file, the verify page does not show it.
    """
    require(actor, "documents.revoke_document", document)
    return _end(document, LogKind.REVOKED, at=timezone.now(), reason=reason)


def remove_orphans(*, older_than: timedelta = timedelta(hours=24)) -> list[str]:
    """Delete files that no document names: what a crash between file and commit has left."""
    storage = IssuedDocument._meta.get_field("file").storage
    known, removed = stored_paths(), []
    for path in _paths_below(storage, "documents"):
        if path not in known and storage.get_modified_time(path) < timezone.now() - older_than:
            storage.delete(path)
            removed.append(path)
    if removed:
        logger.info("removed %d orphaned document files", len(removed))
    return removed


def _drawn(
    template: str,
    context: Mapping[str, Any],
    title: str,
    reference: str,
    language: str,
    valid_until: date | None,
) -> tuple[IssuedDocument, bytes]:
    letter = letters.get(template)
    content = letter.checked(context)
    code, now, head = new_code(), timezone.now(), current_letterhead()
    frame = Frame(
        title=title,
        reference=reference,
        language=language,
        issued_at=now,
        valid_until=valid_until,
        verify_code=code,
        verify_url=verify_url(code),
        head=head,
    )
    pdf = seal_pdf(render_letter(letter, content=content, frame=frame), name=head.issuer)
    document = IssuedDocument(
        reference=reference,
        template=template,
        title=title,
        language=language,
        verify_code=code,
        sha256=hashlib.sha256(pdf).hexdigest(),
        size=len(pdf),
        issued_at=now,
        valid_until=valid_until,
    )
    return document, pdf


@contextmanager
def _stored(document: IssuedDocument, pdf: bytes) -> Iterator[None]:
    """The file exists only as long as nothing fails inside."""
    document.file.save("document.pdf", ContentFile(pdf), save=False)
    try:
        yield
    except BaseException:
        document.file.storage.delete(str(document.file.name))
        raise


def _end(document: IssuedDocument, kind: LogKind, *, at: datetime, reason: str = "") -> IssuedDocument:
    locked = IssuedDocument.objects.select_for_update().get(pk=document.pk)
    if kind == LogKind.REVOKED:
        if locked.revoked_at:
            return locked
        locked.revoked_at, locked.revocation_reason = at, reason[:300]
        locked.save(update_fields=["revoked_at", "revocation_reason"])
    else:
        if locked.superseded_at:
            raise DocumentConflict(f"{locked.reference} is already superseded")
        locked.superseded_at = at
        locked.save(update_fields=["superseded_at"])
    log.append(kind, locked, happened_at=at)
    return locked


def _paths_below(storage: Any, folder: str) -> Iterator[str]:
    try:
        folders, files = storage.listdir(folder)
    except FileNotFoundError:
        return
    for name in files:
        yield f"{folder}/{name}"
    for name in folders:
        yield from _paths_below(storage, f"{folder}/{name}")
