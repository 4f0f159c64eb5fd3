"""Functions that a confined child is asked to run: honest ones and greedy ones."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

from tenants.communes.confinement.budget import Refused


def turn(content: bytes) -> bytes:
    return content[::-1]


def count(content: bytes, *, sign: str) -> dict[str, Any]:
    return {"count": content.decode().count(sign), "sign": sign}


def refuse(content: bytes) -> None:
    raise Refused("no-image", part=content.decode())


def fall(content: bytes) -> None:
    raise ZeroDivisionError


def crash(content: bytes) -> None:
    os.abort()


def spin(content: bytes) -> None:
    while True:
        pass


def sleep(content: bytes) -> None:
    sys.stdin.buffer.read()
    Path("/dev/tty").exists()
    os.pause() if hasattr(os, "pause") else __import__("signal").pause()


def swell(content: bytes) -> int:
    return len(bytearray(1 << 30))


def babble(content: bytes) -> str:
    return "x" * 3_000_000


def write(content: bytes) -> int:
    path = Path(content.decode())
    return path.write_bytes(b"x" * 3_000_000)


def surroundings(content: bytes) -> dict[str, Any]:
    return {"django": "django" in sys.modules, "environment": sorted(os.environ)}


def niceness(_content: bytes) -> int:
    """How far this process stands back for others."""
    return os.nice(0)
