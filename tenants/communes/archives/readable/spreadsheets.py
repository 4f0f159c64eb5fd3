"""Every table as CSV, so that a spreadsheet in German opens it by a double click.

UTF-8 with a byte order mark, semicolons, CRLF (RFC 4180 apart from the separator). Times are ISO 8601 in UTC, truth is
`true` or `false`, nothing is an empty cell, structures are JSON. A text that a spreadsheet would run as a formula gets
an apostrophe in front (OWASP, CSV injection); the JSON documents hold it as it was.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder

from tenants.communes.archives.readable.parts import Package, ReadableExporter, ReadableFile, readable_exports
from tenants.communes.archives.readable.secrets import columns_to_show, is_left_out

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
BATCH = 2000
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class Spreadsheet:
    """A table's CSV, made while it is written."""

    def __init__(self, model: Any) -> None:
        self._model, self.count = model, 0

    def __iter__(self) -> Iterator[bytes]:
        columns = columns_to_show(self._model)
        yield BYTE_ORDER_MARK + _line([str(column.column) for column in columns])
        for row in _rows(self._model, [column.attname for column in columns]):
            self.count += 1
            yield _line([cell(value) for value in row])


def _rows(model: Any, names: list[str]) -> Iterator[tuple[Any, ...]]:
    """All rows in batches by key: no cursor stays open in the server."""
    last: Any = None
    while True:
        some = model._base_manager.order_by("pk")
        if last is not None:
            some = some.filter(pk__gt=last)
        batch = list(some.values_list("pk", *names)[:BATCH])
        yield from (row[1:] for row in batch)
        if len(batch) < BATCH:
            return
        last = batch[-1][0]


def _line(cells: list[str]) -> bytes:
    text = io.StringIO()
    csv.writer(text, delimiter=";", lineterminator="\r\n").writerow(cells)
    return text.getvalue().encode()


def cell(value: Any) -> str:
    """A value as it stands in a cell."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="seconds")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, dict | list | tuple):
        return json.dumps(value, cls=DjangoJSONEncoder, ensure_ascii=False)
    if isinstance(value, str):
        return f"'{value}" if value.startswith(_FORMULA) else value
    return str(value)


def tables(package: Package) -> Iterator[ReadableFile]:
    """A file for each table that may leave."""
    for config in sorted(apps.get_app_configs(), key=lambda config: config.label):
        if config.name not in settings.TENANT_APPS:
            continue
        for model in config.get_models(include_auto_created=True):
            if model._meta.proxy or not model._meta.managed or is_left_out(model):
                continue
            name = model._meta.db_table
            yield ReadableFile(f"tabellen/{name}.csv", str(model._meta.verbose_name_plural), Spreadsheet(model))


readable_exports.register("tables", ReadableExporter(800, tables))
