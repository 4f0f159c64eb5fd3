"""A typeface in WOFF2: its sizes by its header, its letters and licence, and the small Latin part that is kept."""

from __future__ import annotations

import io
import struct

from fontTools.ttLib import TTFont

from tenants.communes.confinement.budget import Refused
from themes.fonts import LIMIT, subset_latin

GERMAN = "ÄÖÜäöüß€0123456789"
RESTRICTED_LICENCE = 0x0002
LARGEST_UNPACKED = 12_000_000
MOST_TABLES = 64
_HEADER = struct.Struct(">4sIIHHIIHHIIIII")
_KNOWN_TAG = 0x3F  # in a table's flags: its tag follows
_GLYF, _LOCA = 10, 11  # of the known tags; only these are transformed unless their version is 3


def reduce(content: bytes) -> bytes:
    """The Latin part as WOFF2. Raises Refused: no-woff2, broken-font, letters-missing, licence, font-too-large."""
    if not content.startswith(b"wOF2"):
        raise Refused("no-woff2")
    _check_sizes(content)
    try:
        font = TTFont(io.BytesIO(content))
        covered, licence = set(font.getBestCmap() or ()), font["OS/2"].fsType
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001  fontTools raises anything for a broken file
        raise Refused("broken-font") from None
    missing = "".join(letter for letter in GERMAN if ord(letter) not in covered)
    if missing:
        raise Refused("letters-missing", letters=missing)
    if licence & 0x000F == RESTRICTED_LICENCE:
        raise Refused("licence")
    small = subset_latin(font)
    if len(small) > LIMIT:
        raise Refused("font-too-large", size=len(small) // 1000)
    return small


def _check_sizes(content: bytes) -> None:
    """Refuse a file whose header promises more than a typeface has (WOFF2 §§ 4.1, 4.2)."""
    if len(content) < _HEADER.size:
        raise Refused("broken-font")
    _magic, _flavour, length, tables, _reserved, unpacked, packed, *_rest = _HEADER.unpack_from(content)
    if length != len(content) or packed > length or not 0 < tables <= MOST_TABLES:
        raise Refused("broken-font")
    sizes = _Sizes(content)
    if unpacked > LARGEST_UNPACKED or sum(sizes.of_table() for _table in range(tables)) > LARGEST_UNPACKED:
        raise Refused("font-too-large", size=max(unpacked, LARGEST_UNPACKED) // 1000)


class _Sizes:
    """Walks the table directory."""

    def __init__(self, content: bytes) -> None:
        self.content, self.place = content, _HEADER.size

    def of_table(self) -> int:
        """The unpacked size of the next table, as stored or as transformed, whichever is more."""
        flags = self._byte()
        tag, version = flags & _KNOWN_TAG, flags >> 6
        if tag == _KNOWN_TAG:
            self.place += 4
        original = self._number()
        is_transformed = version != 3 if tag in (_GLYF, _LOCA) else version != 0
        return max(original, self._number()) if is_transformed else original

    def _number(self) -> int:
        """UIntBase128: seven bits a byte, at most five bytes."""
        number = 0
        for _place in range(5):
            byte = self._byte()
            number = number << 7 | byte & 0x7F
            if not byte & 0x80:
                return number
        raise Refused("broken-font")

    def _byte(self) -> int:
        if self.place >= len(self.content):
            raise Refused("broken-font")
        self.place += 1
        return self.content[self.place - 1]
