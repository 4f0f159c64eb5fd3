"""PDFs of a few bytes that keep a parser busy, the longer the more `entries` or `levels`; here so that it survives."""

from __future__ import annotations

import zlib


def endless_xref(entries: int = 200_000, *, metadata: bytes = b"") -> bytes:
    """A cross-reference stream that names so many objects and stores none."""
    packed = zlib.compress(b"")
    start = b"%PDF-1.7\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n" + metadata
    stream = b"3 0 obj\n<</Type/XRef/Size %d/W[0 0 0]/Root 1 0 R/Filter/FlateDecode/Length %d>>\nstream\n"
    table = stream % (entries, len(packed)) + packed + b"\nendstream\nendobj\n"
    return start + table + b"startxref\n%d\n%%%%EOF\n" % len(start)


def endless_kids(levels: int = 4, *, metadata: bytes = b"") -> bytes:
    """A form whose fields each name the next level ten times."""
    objects = {
        1: b"<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[10 0 R]>>>>",
        2: b"<</Type/Pages/Kids[]/Count 0>>",
        **{10 + level: b"<</T(a)/Kids[%s]>>" % (b"%d 0 R " % (11 + level) * 10) for level in range(levels)},
        10 + levels: b"<</T(z)/FT/Sig>>",
    }
    body, table = b"%PDF-1.7\n" + metadata, b"xref\n0 1\n0000000000 65535 f \n"
    for number, content in objects.items():
        table += b"%d 1\n%010d 00000 n \n" % (number, len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    return body + table + b"trailer\n<</Size 99/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % len(body)
