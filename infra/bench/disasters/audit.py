"""Counts what there is of everything that was told to somebody. `main` runs inside the installation."""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections import Counter
from datetime import UTC, timedelta
from pathlib import Path
from typing import Any

import psycopg

SEQUENCES = """
SELECT n.nspname, t.relname, a.attname, s.relname
FROM pg_class s
JOIN pg_namespace n ON n.oid = s.relnamespace
JOIN pg_depend d ON d.objid = s.oid AND d.classid = 'pg_class'::regclass AND d.deptype IN ('a', 'i')
JOIN pg_class t ON t.oid = d.refobjid
JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = d.refobjsubid
WHERE s.relkind = 'S'
"""
DECIDED = ("granted", "in_review", "rejected")


def open_work() -> list[str]:
    """Steps that wait or failed and are not for later, and mails that wait or were given up, of the scope's commune."""
    from django.utils import timezone

    from services.cases.models import CaseStep
    from tenants.mails.models import OutgoingMail

    later = timezone.now() + timedelta(days=2)
    undone = CaseStep.objects.exclude(state="done").exclude(due_at__gt=later).exclude(case__state="in_review")
    steps = [
        f"{step.case.number} {step.name}: {step.state}, {step.attempts} tries, {step.last_error[:60]}"
        for step in undone.select_related("case")
        if step.state == "failed" or step.due_at is not None
    ]
    return steps + [
        f"mail {mail.cause}: {mail.state}, {mail.attempts} tries, {mail.last_error[:60]}"
        for mail in OutgoingMail.objects.exclude(state="sent")
    ]


def cases_of(prefix: str) -> list[dict[str, Any]]:
    """The cases of people whose address begins so, with what hangs on each."""
    from services.cases.models import Case
    from services.documents.models import IssuedDocument
    from services.payments.models import Charge

    found = []
    for case in Case.objects.filter(applicant_email__startswith=prefix):
        events = Counter(case.events.values_list("kind", flat=True))
        events.pop("issued", None)
        found.append(
            {
                "number": case.number,
                "email": case.applicant_email,
                "state": case.state,
                "documents": sorted(
                    IssuedDocument.objects.filter(reference=case.number).values_list("template", flat=True)
                ),
                "charges": Charge.objects.filter(reference=case.number).count(),
                "doubled": sorted(kind for kind, number in events.items() if number > 1),
            }
        )
    return found


def faults_of_registers(media: Path) -> list[str]:
    """Invoice numbers, the chain of documents, and the files that it names."""
    from services.documents.models import DocumentLogEntry, IssuedDocument
    from services.payments.models import Charge

    numbers = sorted(
        int(text[len(text.rstrip("0123456789")) :]) for text in Charge.objects.values_list("invoice_number", flat=True)
    )
    faults = [] if numbers == list(range(1, len(numbers) + 1)) else [f"invoice numbers have gaps: {numbers[:3]} …"]
    previous, files = "0" * 64, dict[str, str]()
    for place, entry in enumerate(DocumentLogEntry.objects.order_by("position"), 1):
        moment = entry.happened_at.astimezone(UTC).isoformat(timespec="microseconds")
        parts = (str(place), entry.kind, entry.code_digest, entry.file_digest, moment, previous)
        previous = hashlib.sha256("\n".join(parts).encode()).hexdigest()
        if (entry.position, entry.entry_hash) != (place, previous):
            faults.append(f"the register's chain is broken at {entry.position}")
            break
        files[entry.code_digest] = entry.file_digest
    for document in IssuedDocument.objects.all():
        if files.get(hashlib.sha256(document.verify_code.encode()).hexdigest()) != document.sha256:
            faults.append(f"document {document.pk} is not in the register")
        path = media / str(document.file.name)
        if not path.exists() or hashlib.sha256(path.read_bytes()).hexdigest() != document.sha256:
            faults.append(f"the file of document {document.pk} is missing or another one")
    return faults


def sequences_behind(admin_url: str) -> list[str]:
    """Sequences whose next number is taken already."""
    behind = []
    with psycopg.connect(admin_url, autocommit=True) as looking:
        for schema, table, column, name in looking.execute(SEQUENCES).fetchall():
            row = looking.execute(f'SELECT last_value, is_called FROM "{schema}"."{name}"').fetchone()  # type: ignore[call-overload]
            highest = looking.execute(f'SELECT max("{column}") FROM "{schema}"."{table}"').fetchone()  # type: ignore[call-overload]
            if row and highest and highest[0] is not None and row[0] + bool(row[1]) <= highest[0]:
                behind.append(f"{schema}.{table}: next {row[0] + bool(row[1])}, highest {highest[0]}")
    return behind


def unsent_links(prefix: str) -> dict[str, int]:
    """Ideas by the address that wrote them: how often each is kept."""
    from services.participation.models import Idea

    return dict(Counter(Idea.objects.filter(email__startswith=prefix).values_list("email", flat=True)))


def waiting_work(admin_url: str, schema: str) -> int:
    """How many steps of the commune's cases wait or failed, and how many mails wait; -1 without a database."""
    question = f"""
        SELECT count(*) + (SELECT count(*) FROM "{schema}".mails_outgoingmail WHERE state = 'waiting')
        FROM "{schema}".cases_casestep s JOIN "{schema}".cases_case c ON c.id = s.case_id
        WHERE c.state <> 'in_review'
          AND (s.state = 'failed' OR (s.state <> 'done' AND s.due_at < now() + interval '2 days'))
    """
    try:
        with psycopg.connect(admin_url, connect_timeout=5) as looking:
            row = looking.execute(question).fetchone()  # type: ignore[call-overload]
    except psycopg.Error:
        return -1
    return int(row[0]) if row else -1


def main(slug: str) -> None:
    """Print everything as JSON."""
    from django.conf import settings

    from tenants.communes.queries import find_commune
    from tenants.communes.scope import commune_scope

    commune = find_commune(slug).ref()
    with commune_scope(commune):
        answer: dict[str, Any] = {
            "waiting": open_work(),
            "cases": cases_of("antrag."),
            "ideas": unsent_links("idee."),
            "registers": faults_of_registers(Path(settings.MEDIA_ROOT) / commune.schema),
        }
    answer["sequences"] = sequences_behind(os.environ["DATABASE_ADMIN_URL"])
    sys.stdout.write("\n" + json.dumps(answer) + "\n")
