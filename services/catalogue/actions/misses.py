"""Counting words that found nothing."""

from __future__ import annotations

from django.db import connection
from django.utils import timezone

from services.catalogue.finder import fold
from services.catalogue.models import SearchMiss

LONGEST = 60
MOST_ROWS = 1000


def note_miss(*, words: str, language: str) -> None:
    """Count words that found nothing, in one statement. Digits and @ are left out: they could be about a person."""
    text = " ".join(words.split()).casefold()
    if not 3 <= len(text) <= LONGEST or not 1 <= len(fold(text)) <= 4 or not text.isprintable():
        return
    if "@" in text or any(sign.isdigit() for sign in text):
        return
    table = connection.ops.quote_name(SearchMiss._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} AS m (words, language, count, last_at) "
            f"SELECT %s, %s, 1, %s WHERE (SELECT count(*) FROM {table}) < %s "
            "ON CONFLICT (words, language) DO UPDATE SET count = m.count + 1, last_at = EXCLUDED.last_at",
            [text, language[:2], timezone.now(), MOST_ROWS],
        )
