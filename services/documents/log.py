"""The document log: an append-only hash chain over what was issued, superseded and revoked.

Each entry's hash is SHA-256 over its own fields and the hash before it, so that changing, dropping or
inserting an entry breaks every later one. The chain alone does not show that its end was cut off or that
all of it was rewritten: for that its head must be known elsewhere (docs/explanation/documents.md).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db import connection, transaction

from services.documents.models import DocumentLogEntry, IssuedDocument, LogKind

GENESIS = "0" * 64


@dataclass(frozen=True, slots=True)
class LogVerification:
    """`head` is the last entry's hash: publish it, and nobody can rewrite what came before.

    `broken_at`: the first position that does not follow from the one before. `unmatched`: verify codes of
    documents whose file hash or state is not what the log says.
    """

    entries: int
    head: str
    broken_at: int | None = None
    unmatched: tuple[str, ...] = ()

    @property
    def intact(self) -> bool:
        return self.broken_at is None and not self.unmatched


@transaction.atomic
def append(kind: LogKind, document: IssuedDocument, *, happened_at: datetime) -> DocumentLogEntry:
    """Add the next entry. Appending is serialised per commune until the transaction ends: do it last."""
    with connection.cursor() as cursor:
        table = connection.ops.quote_name(DocumentLogEntry._meta.db_table)
        cursor.execute(f"LOCK TABLE {table} IN SHARE ROW EXCLUSIVE MODE")
    last = DocumentLogEntry.objects.order_by("-position").first()
    entry = DocumentLogEntry(
        position=last.position + 1 if last else 1,
        kind=kind,
        code_digest=code_digest(document.verify_code),
        file_digest=document.sha256,
        happened_at=happened_at,
        previous_hash=last.entry_hash if last else GENESIS,
    )
    entry.entry_hash = entry_hash(entry)
    entry.save(force_insert=True)
    return entry


def code_digest(verify_code: str) -> str:
    return hashlib.sha256(verify_code.encode()).hexdigest()


def entry_hash(entry: DocumentLogEntry) -> str:
    """SHA-256 over the entry's fields, one per line, the time in UTC with microseconds."""
    moment = entry.happened_at.astimezone(UTC).isoformat(timespec="microseconds")
    fields = (
        str(entry.position),
        entry.kind,
        entry.code_digest,
        entry.file_digest,
        moment,
        entry.previous_hash,
    )
    return hashlib.sha256("\n".join(fields).encode()).hexdigest()


def verify_log() -> LogVerification:
    """Walk the whole chain and compare it with the documents. Reads only; linear in the entries."""
    previous, expected, broken_at = GENESIS, 0, None
    issued: dict[str, str] = {}
    ended: dict[str, set[str]] = {LogKind.REVOKED: set(), LogKind.SUPERSEDED: set()}
    for entry in DocumentLogEntry.objects.order_by("position").iterator(chunk_size=1000):
        expected += 1
        follows = entry.position == expected and entry.previous_hash == previous
        if broken_at is None and not (follows and entry.entry_hash == entry_hash(entry)):
            broken_at = entry.position
        previous = entry.entry_hash
        if entry.kind == LogKind.ISSUED:
            issued[entry.code_digest] = entry.file_digest
        else:
            ended[entry.kind].add(entry.code_digest)
    return LogVerification(entries=expected, head=previous, broken_at=broken_at, unmatched=_unmatched(issued, ended))


def _unmatched(issued: dict[str, str], ended: dict[str, set[str]]) -> tuple[str, ...]:
    documents = IssuedDocument.objects.only("verify_code", "sha256", "revoked_at", "superseded_at")
    return tuple(
        document.verify_code
        for document in documents.iterator(chunk_size=1000)
        if not _matches(document, code_digest(document.verify_code), issued, ended)
    )


def _matches(document: IssuedDocument, digest: str, issued: dict[str, str], ended: dict[str, set[str]]) -> bool:
    return (
        issued.get(digest) == document.sha256
        and bool(document.revoked_at) == (digest in ended[LogKind.REVOKED])
        and bool(document.superseded_at) == (digest in ended[LogKind.SUPERSEDED])
    )
