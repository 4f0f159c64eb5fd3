"""Files that nobody should open carelessly: empty, cut off, two things at once, small outside and large inside.

All are made here, byte by byte. The bombs are small ones: what opens them takes a good second or some 150 MB, which is
seen and hurts nobody.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from dataclasses import dataclass

EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-" + b"TEST-FILE!$H+H*"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 9 9">'


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as a browser, or somebody who is none, sends it."""

    name: str
    content_type: str
    content: bytes


def chunk(kind: bytes, data: bytes) -> bytes:
    """One chunk of a PNG."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width: int, height: int, *, lines: int | None = None, colours: int = 0) -> bytes:
    """A black picture that says it is so large and holds `lines` of it; one byte a dot, or three (`colours=2`)."""
    packer = zlib.compressobj(9)
    line = bytes(1 + width * (3 if colours == 2 else 1))
    data = b"".join(packer.compress(line) for _line in range(height if lines is None else lines)) + packer.flush()
    head = struct.pack(">IIBBBBB", width, height, 8, colours, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def pdf(objects: bytes, *, size: int = 9, root: bytes = b"1 0 R") -> bytes:
    """A PDF with a table that names where each object begins."""
    head = b"%PDF-1.7\n"
    found, at = {}, 0
    while (at := objects.find(b" 0 obj", at)) >= 0:
        begin = objects.rfind(b"\n", 0, at) + 1
        found[int(objects[begin:at])] = begin + len(head)
        at += 1
    table = b"".join(b"%d 1\n%010d 00000 n \n" % entry for entry in sorted(found.items()))
    tail = b"trailer\n<</Size %d/Root %s>>\nstartxref\n%d\n%%%%EOF\n" % (size, root, len(head) + len(objects))
    return head + objects + b"xref\n0 1\n0000000000 65535 f \n" + table + tail


EMPTY_PDF = pdf(b"1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n2 0 obj\n<</Type/Pages/Kids[]/Count 0>>\nendobj\n")


def pdf_of_endless_table(entries: int) -> bytes:
    """A cross-reference stream whose entries take no bytes, and which says that it has so many of them."""
    body = b"%PDF-1.7\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n"
    data = zlib.compress(b"")
    head = b"3 0 obj\n<</Type/XRef/Size %d/W[0 0 0]/Root 1 0 R/Filter/FlateDecode/Length %d>>\nstream\n"
    stream = head % (entries, len(data)) + data
    return body + stream + b"\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n" % len(body)


def pdf_of_many_kin(generations: int) -> bytes:
    """Form fields whose ten children are all the same one, `generations` deep."""
    kin = b"".join(
        b"%d 0 obj\n<</T(a)/Kids[%s]>>\nendobj\n" % (number, b" ".join([b"%d 0 R" % (number + 1)] * 10))
        for number in range(10, 10 + generations)
    )
    last = b"%d 0 obj\n<</T(z)/FT/Sig>>\nendobj\n" % (10 + generations)
    form = b"1 0 obj\n<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[10 0 R]>>>>\nendobj\n"
    return pdf(form + b"2 0 obj\n<</Type/Pages/Kids[]/Count 0>>\nendobj\n" + kin + last, size=40)


def pdf_of_a_ring() -> bytes:
    """A PDF whose last table points to itself, and whose page is its own parent."""
    body = b"%PDF-1.7\n1 0 obj\n<</Type/Catalog/Pages 1 0 R/Kids[1 0 R]/Parent 1 0 R/AcroForm 1 0 R/Fields[1 0 R]>>\n"
    at = len(body) + 7
    table = b"endobj\nxref\n0 1\n0000000000 65535 f \ntrailer\n<</Size 2/Root 1 0 R/Prev %d>>\nstartxref\n%d\n%%%%EOF"
    return body + table % (at, at)


def pdf_that_unpacks(megabytes: int) -> bytes:
    """An object stream of so many megabytes of blanks, packed three times."""
    data = b" " * (megabytes << 20)
    for _turn in range(3):
        data = zlib.compress(data, 9)
    filters = b"/Filter[/FlateDecode/FlateDecode/FlateDecode]"
    stream = b"4 0 obj\n<</Type/ObjStm/N 1/First 4%s/Length %d>>\nstream\n%s\nendstream\nendobj\n"
    return pdf(b"1 0 obj\n<</Type/Catalog/Pages 4 0 R>>\nendobj\n" + stream % (filters, len(data), data))


def svg_of_copies(generations: int) -> bytes:
    """Ten copies of ten copies of … one dot."""
    groups = b"".join(
        b'<g id="l%d">' % number + b'<use href="#l%d"/>' % (number + 1) * 10 + b"</g>" for number in range(generations)
    )
    return SVG + groups + b'<g id="l%d"><rect width="1" height="1"/></g><use href="#l0"/></svg>' % generations


def svg_of_entities(generations: int) -> bytes:
    """Ten entities of ten entities of … three letters."""
    named = b"".join(b'<!ENTITY e%d "%s">' % (number + 1, b"&e%d;" % number * 10) for number in range(generations))
    return b'<!DOCTYPE svg [<!ENTITY e0 "lol">' + named + b"]>" + SVG + b"<text>&e%d;</text></svg>" % generations


def _base128(number: int) -> bytes:
    digits = [number & 0x7F]
    while number := number >> 7:
        digits.append(number & 0x7F | 0x80)
    return bytes(reversed(digits))


def woff2(megabytes: int) -> bytes:
    """A font of one table of so many megabytes of nothing."""
    import brotli

    size = megabytes << 20
    packer = brotli.Compressor(quality=9, lgwin=24)
    packed = b"".join(packer.process(bytes(1 << 20)) for _part in range(megabytes)) + packer.finish()
    body = b"\x00" + _base128(size) + packed
    total = 48 + len(body)
    sizes = (total, 1, 0, size + 28, len(packed), 1, 0, 0, 0, 0, 0, 0)
    return struct.pack(">4sIIHHIIHHIIIII", b"wOF2", 0x00010000, *sizes) + body


def archive(**files: bytes) -> bytes:
    """A ZIP file."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as writing:
        for name, content in files.items():
            writing.writestr(name, content)
    return made.getvalue()


def _documents() -> dict[str, Upload]:
    kind = "application/pdf"
    return {
        "empty PDF": Upload("a.pdf", kind, EMPTY_PDF),
        "only a head": Upload("a.pdf", kind, b"%PDF-1.7\n"),
        "cut off PDF": Upload("a.pdf", kind, EMPTY_PDF[:-30]),
        "table without end": Upload("a.pdf", kind, pdf_of_endless_table(300_000)),
        "negative table": Upload("a.pdf", kind, pdf_of_endless_table(-1)),
        "kin of kin": Upload("a.pdf", kind, pdf_of_many_kin(5)),
        "ring": Upload("a.pdf", kind, pdf_of_a_ring()),
        "unpacks to 100 MB": Upload("a.pdf", kind, pdf_that_unpacks(100)),
        "deep": Upload("a.pdf", kind, pdf(b"1 0 obj\n" + b"[" * 20_000 + b"]" * 20_000 + b"\nendobj\n")),
        "PDF that is HTML": Upload("a.html", "text/html", b"%PDF-1.7\n<html><script>alert(1)</script></html>"),
        "PDF and ZIP": Upload("a.pdf", kind, EMPTY_PDF + archive(x=b"y")),
        "EICAR": Upload("a.pdf", kind, b"%PDF-1.4\n" + EICAR),
        "five megabytes": Upload("a.pdf", kind, EMPTY_PDF + bytes(5 << 20)),
    }


def _pictures() -> dict[str, Upload]:
    kind, drawn = "image/png", "image/svg+xml"
    return {
        "small PNG": Upload("a.png", kind, png(3, 2)),
        "cut off PNG": Upload("a.png", kind, png(300, 200)[:-40]),
        "PNG of 9,400 × 9,400": Upload("a.png", kind, png(9_400, 9_400)),
        "PNG of 7,000 × 7,000 in colour": Upload("a.png", kind, png(7_000, 7_000, colours=2)),
        "PNG that says 100,000 × 100,000": Upload("a.png", kind, png(100_000, 100_000, lines=1)),
        "PNG of no width": Upload("a.png", kind, png(0, 0)),
        "GIF as PNG": Upload("a.png", kind, b"GIF89a" + bytes(40)),
        "JPEG head": Upload("a.jpg", "image/jpeg", b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + bytes(20)),
        "small SVG": Upload("a.svg", drawn, SVG + b'<rect width="1" height="1"/></svg>'),
        "SVG of comments": Upload("a.svg", drawn, b"<!---->" * 23 + b"x"),
        "SVG behind blanks": Upload("a.svg", drawn, b" " * 8_000 + b"x"),
        "SVG of copies": Upload("a.svg", drawn, svg_of_copies(4)),
        "SVG of itself": Upload("a.svg", drawn, SVG + b'<g id="a"><use href="#a"/></g><use href="#a"/></svg>'),
        "SVG of entities": Upload("a.svg", drawn, svg_of_entities(6)),
        "SVG that reads": Upload(
            "a.svg",
            drawn,
            b'<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + SVG + b"<text>&x;</text></svg>",
        ),
        "deep SVG": Upload("a.svg", drawn, SVG + b"<g>" * 20_000 + b"</g>" * 20_000 + b"</svg>"),
        "SVG with script": Upload("a.svg", drawn, SVG + b"<script>alert(1)</script></svg>"),
        "SVG in UTF-16": Upload("a.svg", drawn, (SVG + b"</svg>").decode().encode("utf-16")),
        "large SVG": Upload("a.svg", drawn, SVG.replace(b"0 0 9 9", b"0 0 1e308 1e308") + b"</svg>"),
        "SVG of NaN": Upload("a.svg", drawn, SVG + b'<rect width="NaN" height="1e999" x="%s"/></svg>' % (b"9" * 5_000)),
    }


def _others() -> dict[str, Upload]:
    font = "font/woff2"
    return {
        "empty": Upload("leer", "", b""),
        "empty PNG": Upload("a.png", "image/png", b""),
        "font of 100 MB": Upload("a.woff2", font, woff2(100)),
        "cut off font": Upload("a.woff2", font, woff2(1)[:60]),
        "font head": Upload("a.woff2", font, b"wOF2" + b"\xff" * 60),
        "WOFF of nothing": Upload("a.woff", "font/woff", b"wOFF" + bytes(60)),
        "ZIP": Upload("a.zip", "application/zip", archive(**{"../../x": bytes(20 << 20)})),
        "HTML": Upload("a.html", "text/html", b"<script>alert(1)</script>"),
        "name with a way": Upload("../../../../etc/passwd.pdf", "application/pdf", EMPTY_PDF),
        "name with NUL": Upload("a\x00.pdf", "application/pdf", EMPTY_PDF),
        "name with quotes": Upload('"; filename="evil.html', "application/pdf", EMPTY_PDF),
        "long name": Upload("n" * 3_000 + ".pdf", "application/pdf", EMPTY_PDF),
        "name of surrogates": Upload("\ud800\u202efdp.exe", "application/pdf", EMPTY_PDF),
        "name of nothing": Upload(" ", "application/pdf", EMPTY_PDF),
        "name without point": Upload("...", "image/png", png(1, 1)),
        "odd content type": Upload("a.pdf", "\x00/ä; x=", EMPTY_PDF),
        "table of rows": Upload("a.csv", "text/csv", b'"\x00",\xff\xfe,=cmd()\r\n' + b'"' * 5_000),
        "workbook": Upload("a.xlsx", "application/octet-stream", archive(**{"xl/workbook.xml": svg_of_entities(6)})),
    }


def hostile_files() -> dict[str, Upload]:
    """All of them by what is wrong with them."""
    return _documents() | _pictures() | _others()
