"""A picture's facts from its header, before a single pixel is unpacked."""

from __future__ import annotations

import io
from typing import Any

from PIL import Image, UnidentifiedImageError

from tenants.communes.confinement.budget import Refused


def examine(content: bytes, *, formats: list[str], most_side: int, most_pixels: int, unpack: bool) -> dict[str, Any]:
    """Format, width, height and frames of a picture. Raises Refused: no-image, too-many-pixels.

    Only `formats` (Pillow's names) are tried. `most_pixels` counts those of all frames. With `unpack` it is unpacked
    once, so that whoever draws it later meets no surprise.
    """
    try:
        with Image.open(io.BytesIO(content), formats=formats) as image:
            width, height = image.size
            if max(width, height) > most_side or width * height > most_pixels:
                raise Refused("too-many-pixels")
            frames = _frames(image, most_pixels // (width * height))
            if unpack:
                image.seek(0)
                image.load()
            return {
                "format": "JPEG" if image.format == "MPO" else image.format,
                "width": width,
                "height": height,
                "frames": frames,
            }
    except Image.DecompressionBombError:
        raise Refused("too-many-pixels") from None
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, IndexError, EOFError, ZeroDivisionError):
        raise Refused("no-image") from None


def _frames(image: Image.Image, most: int) -> int:
    """How many frames there are, looked for one after the other and no further than allowed."""
    if not getattr(image, "is_animated", False):
        return 1
    frames = int(getattr(image, "n_frames", 1))
    if frames > most:
        raise Refused("too-many-pixels")
    return frames
