"""Archives as somebody who means harm would make them: well sealed, and wrong inside."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

SEAL = len("sha256:") + 64


def forge(
    source: Path,
    target: Path,
    *,
    manifest: Callable[[dict[str, Any]], None] = lambda content: None,
    parts: Callable[[dict[str, bytes]], None] = lambda found: None,
    way: int = zipfile.ZIP_DEFLATED,
) -> Path:
    """Copy the archive `source` with a changed manifest or changed parts, and seal it again."""
    with zipfile.ZipFile(source) as archive:
        found = {name: archive.read(name) for name in archive.namelist()}
    content = json.loads(found.pop("manifest.json"))
    manifest(content)
    parts(found)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", way) as made:
        for name, data in found.items():
            made.writestr(name, data)
        made.writestr("manifest.json", json.dumps(content))
        made.comment = b"\0" * SEAL
    body = buffer.getvalue()[:-SEAL]
    target.write_bytes(body + f"sha256:{hashlib.sha256(body).hexdigest()}".encode())
    return target


def digest(data: bytes) -> str:
    """The checksum as a manifest writes it."""
    return hashlib.sha256(data).hexdigest()
