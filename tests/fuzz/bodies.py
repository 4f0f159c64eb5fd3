"""Bodies of requests written by hand, so that they may be wrong: Python's own encoders refuse what strangers send."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import quote_plus

from tests.fuzz.files import Upload

BOUNDARY = "nobodys-boundary"
MULTIPART = f"multipart/form-data; boundary={BOUNDARY}"
URLENCODED = "application/x-www-form-urlencoded"
Pairs = Iterable[tuple[str, str]]


def raw(text: str) -> bytes:
    """The bytes of a text; lone surrogates as they would be written by careless programs."""
    return text.encode("utf-8", "surrogatepass")


def urlencoded(pairs: Pairs) -> bytes:
    """Fields as a form without files sends them."""
    return "&".join(f"{quote_plus(raw(name))}={quote_plus(raw(value))}" for name, value in pairs).encode()


def multipart(pairs: Pairs, uploads: Iterable[tuple[str, Upload]] = ()) -> bytes:
    """Fields and files as a form with files sends them. Names go out as they are."""
    parts = [(f'form-data; name="{name}"', "", raw(value)) for name, value in pairs]
    for name, upload in uploads:
        disposition = f'form-data; name="{name}"; filename="{upload.name}"'
        parts.append((disposition, f"Content-Type: {upload.content_type}\r\n", upload.content))
    lines = b"".join(
        f"--{BOUNDARY}\r\nContent-Disposition: ".encode() + raw(disposition) + b"\r\n" + kind.encode() + b"\r\n" + data
        + b"\r\n"
        for disposition, kind, data in parts
    )  # fmt: skip
    return lines + f"--{BOUNDARY}--\r\n".encode()


def misshapen(pairs: Pairs) -> dict[str, tuple[str, bytes]]:
    """The same fields in bodies and with content types that don't fit: by name, content type and bytes."""
    known = list(pairs)
    whole, encoded = multipart(known), urlencoded(known)
    return {
        "no body": (URLENCODED, b""),
        "broken escapes": (URLENCODED, b"%=%zz&%ff=%c3%28&=&&a=%ed%a0%80&" + encoded),
        "3,000 fields": (URLENCODED, b"&".join(b"f%d=1" % number for number in range(3_000))),
        "JSON": ("application/json", b'{"a": [1, {"b": null}]}'),
        "plain text": ("text/plain", encoded),
        "unknown charset": (f"{URLENCODED}; charset=klingon", encoded),
        "UTF-16": (f"{URLENCODED}; charset=utf-16", encoded),
        "UTF-7": (f"{MULTIPART}; charset=utf-7", whole),
        "content type of nonsense": ("\x00/;;=", encoded),
        "no boundary": ("multipart/form-data", whole),
        "long boundary": (f"multipart/form-data; boundary={'b' * 300}", whole),
        "boundary with accents": ("multipart/form-data; boundary=ä", whole),
        "another boundary": ("multipart/form-data; boundary=other", whole),
        "cut off": (MULTIPART, whole[: len(whole) * 2 // 3]),
        "broken base64": (MULTIPART, _part(b"Content-Transfer-Encoding: base64\r\n", b"=?=?")),
        "huge header": (MULTIPART, _part(b"X-A: " + b"a" * 70_000 + b"\r\n", b"x")),
        "no name": (MULTIPART, f"--{BOUNDARY}\r\nContent-Disposition: form-data\r\n\r\nx\r\n--{BOUNDARY}--".encode()),
        "nested": ("multipart/mixed; boundary=a", b"--a\r\nContent-Type: multipart/mixed; boundary=a\r\n\r\n--a--"),
    }


def _part(header: bytes, content: bytes) -> bytes:
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="a"; filename="a.pdf"\r\n'.encode()
    return head + header + b"\r\n" + content + f"\r\n--{BOUNDARY}--\r\n".encode()
