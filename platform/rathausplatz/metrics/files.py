"""The files that processes count in, written so that a full disk can't kill who counts.

prometheus-client maps its files into memory. Where the disk is full, the first touch of a page that has no block yet
ends the process (SIGBUS), and no code can catch that. Here figures are kept in memory and written through: what can't
be written now is written with a later figure, when there is space again.
"""

from __future__ import annotations

import os
import struct
from contextlib import suppress
from time import monotonic

from prometheus_client import mmap_dict, values

_INTEGER, _FIGURE = struct.Struct("i"), struct.Struct("dd")
_HEAD = 8
# seconds until a file is tried again that could not be written
PAUSE = 2.0


class PlainFileDict:
    """What prometheus-client asks of its own `MmapedDict`, in the same format, without a mapping. Not thread-safe."""

    def __init__(self, filename: str, read_mode: bool = False) -> None:
        self._name = filename
        self._file: int | None = None
        self._content = bytearray(_HEAD)
        self._positions: dict[str, int] = {}
        # what stands behind this byte may not be in the file
        self._sure, self._next_try = 0, 0.0
        self._take_up()

    def _take_up(self) -> None:
        """Go on with what a file of this name holds: a process of the same number counted in it."""
        with suppress(OSError, RuntimeError, struct.error, ValueError):
            found = mmap_dict.MmapedDict.read_all_values_from_file(self._name)  # type: ignore[no-untyped-call]
            for key, value, timestamp, _position in list(found):
                self.write_value(key, value, timestamp)

    def read_value(self, key: str) -> tuple[float, float]:
        """A figure and its time; one that nobody wrote yet is 0."""
        if key not in self._positions:
            self._enter(key)
            self._catch_up()
        value, timestamp = _FIGURE.unpack_from(self._content, self._positions[key])
        return value, timestamp

    def write_value(self, key: str, value: float, timestamp: float) -> None:
        """Note a figure: certainly in memory, in the file as soon as that can be written."""
        if key not in self._positions:
            self._enter(key)
        position = self._positions[key]
        figure = _FIGURE.pack(value, timestamp)
        self._content[position : position + _FIGURE.size] = figure
        if self._sure == len(self._content):
            try:
                _write_all(self._descriptor(), figure, position)
            except OSError:
                self._fall_behind(position)
        else:
            self._sure = min(self._sure, position)
            self._catch_up()

    def _enter(self, key: str) -> None:
        encoded = key.encode()
        padded = encoded + b" " * (8 - (len(encoded) + 4) % 8)
        self._content += _INTEGER.pack(len(encoded)) + padded
        self._positions[key] = len(self._content)
        self._content += _FIGURE.pack(0.0, 0.0)
        _INTEGER.pack_into(self._content, 0, len(self._content))

    def _catch_up(self) -> None:
        """Write what is missing, the length last: whoever reads meanwhile sees what was there before."""
        if monotonic() < self._next_try:
            return
        try:
            begin = max(self._sure, _HEAD)
            _write_all(self._descriptor(), bytes(self._content[begin:]), begin)
            _write_all(self._descriptor(), bytes(self._content[:_HEAD]), 0)
        except OSError:
            self._fall_behind(self._sure)
        else:
            self._sure = len(self._content)

    def _fall_behind(self, position: int) -> None:
        self._sure, self._next_try = min(self._sure, position), monotonic() + PAUSE
        # opened anew at the next try: the folder may have been removed or mounted meanwhile
        self.close()

    def _descriptor(self) -> int:
        if self._file is None:
            self._file = os.open(self._name, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o660)
        return self._file

    def close(self) -> None:
        """Close the file. What is not in it is lost."""
        if self._file is not None:
            os.close(self._file)
            self._file = None


def _write_all(file: int, content: bytes, position: int) -> None:
    while content:
        written = os.pwrite(file, content, position)
        content, position = content[written:], position + written


def register() -> None:
    """Count into such files from now on; what was counted before stays where it is."""
    setattr(values, mmap_dict.MmapedDict.__name__, PlainFileDict)
