"""Files of a few bytes that unpack to very much: pictures, drawings, typefaces."""

from __future__ import annotations

import struct
import zlib


def png(width: int, height: int, *, rows: int | None = None) -> bytes:
    """A black picture; with `rows` fewer than it promises."""
    packer = zlib.compressobj(9)
    line = b"\0" + bytes(width * 3)
    pixels = b"".join(packer.compress(line) for _row in range(height if rows is None else rows)) + packer.flush()

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def gif(frames: int, side: int) -> bytes:
    """An animation of empty frames."""
    head = b"GIF89a" + struct.pack("<HHBBB", side, side, 0x80, 0, 0) + b"\0\0\0\xff\xff\xff"
    frame = b"\x21\xf9\x04\0\0\0\0\0" + b"\x2c" + struct.pack("<HHHHB", 0, 0, side, side, 0) + b"\x02\x02\x4c\x01\0"
    return head + frame * frames + b";"


def copies(levels: int, each: int = 10) -> bytes:
    """A drawing whose parts name the next part `each` times."""
    parts = "".join(
        f'<g id="l{level}">{f"<use href={chr(34)}#l{level + 1}{chr(34)}/>" * each}</g>' for level in range(levels)
    )
    last = f'<g id="l{levels}"><rect width="1" height="1"/></g>'
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9">{parts}{last}<use href="#l0"/></svg>'.encode()


def base128(number: int) -> bytes:
    """UIntBase128 of WOFF2."""
    groups = [number & 0x7F]
    while number := number >> 7:
        groups.append(number & 0x7F | 0x80)
    return bytes(reversed(groups))


def woff2(mebibytes: int, *, promised: int | None = None) -> bytes:
    """A typeface of one table of zeros; `promised` is what its header says it unpacks to."""
    import brotli

    packer = brotli.Compressor(quality=9, lgwin=24)
    packed = b"".join(packer.process(bytes(1 << 20)) for _part in range(mebibytes)) + packer.finish()
    size = (mebibytes << 20) if promised is None else promised
    table = b"\0" + base128(size)
    length = 48 + len(table) + len(packed)
    head = struct.pack(">4sIIHHIIHHIIIII", b"wOF2", 0x10000, length, 1, 0, size + 28, len(packed), 1, 0, 0, 0, 0, 0, 0)
    return head + table + packed
