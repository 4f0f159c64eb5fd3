"""A scanner for uploads that the operator may put beside the portal: ClamAV's daemon, spoken to as INSTREAM.

It is nice to have: whatever it does, pages and applications go on. It has a few seconds for a file; one that hangs or
is away is not asked again for a while, and `UPLOAD_SCANNER_AWAY` says whether files are taken or refused meanwhile.
"""

from __future__ import annotations

import socket
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Protocol
from urllib.parse import urlsplit

import structlog
from django.conf import settings
from django.utils.translation import gettext as _

CONNECT_SECONDS, SCAN_SECONDS = 1.0, 8.0
REST_SECONDS = 30.0
CHUNK = 64 * 1024
LONGEST_ANSWER = 4096
DEFAULT_PORT = 3310
log = structlog.get_logger(__name__)


class Scannable(Protocol):
    """What is scanned; Django's UploadedFile fits."""

    def read(self, size: int = ..., /) -> bytes: ...

    def seek(self, offset: int, whence: int = ..., /) -> int: ...


class UploadUnwanted(ValueError):
    """The file is not taken; `str(error)` is a sentence for the person who sent it."""


class ScannerAway(OSError):
    """The scanner gave no verdict."""


@dataclass(slots=True)
class _Rest:
    """Until when a scanner that failed is left alone. It knows nothing of any commune."""

    until: float = 0.0
    lock: threading.Lock = field(default_factory=threading.Lock)


_rest = _Rest()


def scan_upload(upload: Scannable) -> None:
    """Let the scanner look at a file, which is rewound. Raises UploadUnwanted. Without a scanner nothing happens."""
    if not settings.UPLOAD_SCANNER:
        return
    try:
        finding = _finding(upload)
    except ScannerAway as error:
        log.warning("uploads.unscanned", reason=str(error))
        if settings.UPLOAD_SCANNER_AWAY == "refuse":
            message = _(
                "Gerade lassen sich keine Dateien prüfen. Bitte versuchen Sie es in einigen Minuten noch einmal."
            )
            raise UploadUnwanted(message) from error
        return
    if finding:
        log.warning("uploads.infected", finding=finding)
        raise UploadUnwanted(_("In dieser Datei hat unser Virenscanner etwas gefunden. Wir nehmen sie nicht an."))


def ask_clamd(address: str, parts: Iterator[bytes]) -> str:
    """What the daemon at `clamd://host:port` finds in the stream; "" for nothing. Raises ScannerAway."""
    where = urlsplit(address)
    deadline = time.monotonic() + SCAN_SECONDS
    try:
        with socket.create_connection((where.hostname or "", where.port or DEFAULT_PORT), CONNECT_SECONDS) as line:
            line.settimeout(SCAN_SECONDS)
            answer = _speak(line, parts, deadline)
    except OSError as error:
        raise ScannerAway(str(error) or type(error).__name__) from error
    verdict = answer.rstrip(b"\0\n").decode("utf-8", "replace").removeprefix("stream: ")
    if verdict == "OK":
        return ""
    if verdict.endswith(" FOUND"):
        return verdict.removesuffix(" FOUND")[:200]
    raise ScannerAway(verdict[:200] or "no answer")


def _finding(upload: Scannable) -> str:
    if time.monotonic() < _rest.until:
        raise ScannerAway("resting")
    upload.seek(0)
    try:
        return ask_clamd(settings.UPLOAD_SCANNER, iter(lambda: upload.read(CHUNK), b""))
    except ScannerAway:
        with _rest.lock:
            _rest.until = time.monotonic() + REST_SECONDS
        raise
    finally:
        upload.seek(0)


def wake_scanner() -> None:
    """Ask the scanner again with the next file, even if it failed a moment ago."""
    with _rest.lock:
        _rest.until = 0.0


def _speak(line: socket.socket, parts: Iterator[bytes], deadline: float) -> bytes:
    with suppress(BrokenPipeError, ConnectionResetError):  # it may answer before the end, and says why
        line.sendall(b"zINSTREAM\0")
        for part in parts:
            line.settimeout(_left(deadline))
            line.sendall(struct.pack(">I", len(part)) + part)
        line.sendall(struct.pack(">I", 0))
    answer = b""
    while not answer.endswith(b"\0") and len(answer) < LONGEST_ANSWER:
        line.settimeout(_left(deadline))
        part = line.recv(CHUNK)
        if not part:
            break
        answer += part
    return answer


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError("too slow")
    return left
