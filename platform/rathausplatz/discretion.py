"""What logs and Sentry may say of an error: a database repeats the values it complains of, and they name persons.

PostgreSQL's DETAIL and CONTEXT hold them ("Key (email)=(…) already exists"), and so do first lines about what could
not be read ("invalid input syntax for type integer: …"). Class, code, constraint and traceback are enough for a fault.

Addresses open things: what does is hidden in all texts, and e-mail addresses are (`tenants.accounts.secret_addresses`).
"""

from __future__ import annotations

import re
import sys
import traceback
from collections.abc import Iterator, MutableMapping
from types import TracebackType
from typing import Any

import psycopg
from django.db import DataError
from django.db import Error as DjangoError

from tenants.accounts.secret_addresses import HIDDEN, masked, masked_deeply, masked_path

ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None]
DATABASE_ERRORS = (psycopg.Error, DjangoError)
# in German, French and English, on several lines or as repr() writes them
_DETAILS = re.compile(r"\b(?:DETAIL|CONTEXT|KONTEXT|DÉTAIL|CONTEXTE)\s?: ")
_QUOTES = "\"'»«„“”‚‘’"
_AFTER_COLON = re.compile(rf"(: ?)[{_QUOTES}].*")
_QUOTED = re.compile(rf"[{_QUOTES}].*[{_QUOTES}]|[{_QUOTES}].*")
_CAUSE = "\nThe above exception was the direct cause of the following exception:\n\n"
_CONTEXT = "\nDuring handling of the above exception, another exception occurred:\n\n"


def without_details(text: str) -> str:
    """A text of any origin without what PostgreSQL says of values in its lines DETAIL and CONTEXT."""
    details = _DETAILS.search(text) if ": " in text else None
    if details is None:
        return text
    kept = text[: details.start()]
    # line ends as they are, or as repr() writes them
    while kept != (shorter := kept.rstrip().removesuffix("\\n")):
        kept = shorter
    return f"{kept} …"


def first_line(text: str, *, of_data: bool) -> str:
    """The first line of a database's error without values; `of_data`: it is about one, so whatever it quotes is it."""
    line = (text.splitlines() or [""])[0]
    return _QUOTED.sub('"…"', line) if of_data else _AFTER_COLON.sub(r'\1"…"', line)


def said_of(error: BaseException) -> str:
    """What may be said of an error in place of `str(error)`."""
    if not isinstance(error, DATABASE_ERRORS):
        return without_details(str(error))
    cause = error if isinstance(error, psycopg.Error) else error.__cause__
    line = first_line(str(error), of_data=isinstance(error, psycopg.DataError | DataError))
    if not isinstance(cause, psycopg.Error):
        return line
    codes = " ".join(filter(None, (cause.sqlstate, cause.diag.constraint_name)))
    return f"{line} ({codes})" if codes else line


def traceback_text(exc_info: ExcInfo) -> str:
    """The traceback of an error and of all that led to it, as Python prints it, with what may be said of each."""
    return "".join(_parts(exc_info[1])).rstrip("\n")


def _parts(error: BaseException) -> Iterator[str]:
    chain: list[tuple[BaseException, str]] = []
    at: BaseException | None = error
    while at is not None and all(at is not seen for seen, _link in chain):
        before = at.__cause__ or (None if at.__suppress_context__ else at.__context__)
        chain.append((at, "" if before is None else _CAUSE if at.__cause__ else _CONTEXT))
        at = before
    for each, link in reversed(chain):
        yield link
        yield from _alone(each)


def _alone(error: BaseException) -> Iterator[str]:
    if error.__traceback__ is not None:
        yield "Traceback (most recent call last):\n"
        yield from traceback.format_tb(error.__traceback__)
    if isinstance(error, DATABASE_ERRORS):
        yield f"{type(error).__module__}.{type(error).__qualname__}: {said_of(error)}\n"
        return
    yield from map(without_details, traceback.format_exception_only(error))
    if isinstance(error, BaseExceptionGroup):
        for number, member in enumerate(error.exceptions, 1):
            yield f"---------------- {number} ----------------\n"
            yield from _parts(member)


def chain_of(error: BaseException | None) -> Iterator[BaseException]:
    """An error and all that led to it, each once."""
    seen: list[BaseException] = []
    waiting = [error]
    while waiting:
        each = waiting.pop()
        if each is None or any(each is other for other in seen):
            continue
        seen.append(each)
        yield each
        waiting += [each.__cause__, each.__context__, *(getattr(each, "exceptions", None) or ())]


def render_error(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """structlog processor in place of `format_exc_info`: the traceback as text, and no values in any other field."""
    given = event.pop("exc_info", None)
    exc_info = _as_tuple(given)
    for name, value in event.items():
        if isinstance(value, str):
            event[name] = masked(_without_errors(value, exc_info[1] if exc_info else None))
        elif isinstance(value, dict | list | tuple):
            event[name] = masked_deeply(value)
    if exc_info:
        event["exception"] = masked(traceback_text(exc_info))
    return event


def _as_tuple(given: Any) -> ExcInfo | None:
    if isinstance(given, BaseException):
        return type(given), given, given.__traceback__
    found = given if isinstance(given, tuple) else sys.exc_info() if given else None
    return found if found and found[1] is not None else None


def _without_errors(text: str, error: BaseException | None) -> str:
    """A text without what the errors of a chain say: libraries put `repr(error)` into their messages."""
    for each in chain_of(error):
        if isinstance(each, DATABASE_ERRORS) and str(each):
            for told in (repr(each), repr(str(each))[1:-1], str(each)):
                text = text.replace(told, f"{type(each).__name__}: {said_of(each)}")
    return without_details(text)


# what a stack trace, a library's version or a module is called says nothing of anybody
CODE = frozenset({"stacktrace", "modules", "sdk", "debug_meta", "platform", "release", "event_id", "timestamp"})
# of a task: texts may be anybody's name or address
ARGUMENTS = frozenset({"args", "kwargs", "argsrepr", "kwargsrepr"})


def discreet_event(event: dict[str, Any]) -> dict[str, Any]:
    """Sentry's event without values: its exceptions as in logs, no details, no secrets of addresses, no arguments."""
    for entry in (event.get("exception") or {}).get("values", []):
        if isinstance(entry.get("value"), str):
            entry["value"] = _said_of_entry(entry)
    for part in ("message", "logentry", "breadcrumbs", "extra"):
        if part in event:
            event[part] = _strings_without_details(event[part])
    request = event.get("request")
    if isinstance(request, dict):
        # only where: the rest says who
        shown = {name: request[name] for name in ("method",) if name in request}
        event["request"] = shown | ({"url": _masked_url(str(request["url"]))} if request.get("url") else {})
    return {name: value if name in CODE else _masked_part(value) for name, value in event.items()}


def _masked_url(url: str) -> str:
    """Addresses come whole or as a path."""
    return masked(url) if "://" in url else masked_path(url)


def _masked_part(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            name: HIDDEN if name in ARGUMENTS else each if name in CODE else _masked_part(each)
            for name, each in value.items()
        }
    if isinstance(value, list | tuple):
        return [_masked_part(each) for each in value]
    return masked(value) if isinstance(value, str) else value


def _said_of_entry(entry: dict[str, Any]) -> str:
    module, kind, value = str(entry.get("module")), str(entry.get("type")), str(entry["value"])
    if not module.startswith(("psycopg", "django.db")):
        return without_details(value)
    known = getattr(psycopg.errors, kind, None)
    of_data = kind == "DataError" or (isinstance(known, type) and issubclass(known, psycopg.DataError))
    return first_line(value, of_data=of_data)


def _strings_without_details(value: Any) -> Any:
    if isinstance(value, str):
        return without_details(value)
    if isinstance(value, dict):
        return {key: _strings_without_details(each) for key, each in value.items()}
    return [_strings_without_details(each) for each in value] if isinstance(value, list | tuple) else value
