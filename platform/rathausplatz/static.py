"""Static files under hashed names, compressed once at build."""

from __future__ import annotations

from typing import Any

import brotli
from whitenoise.compress import Compressor
from whitenoise.storage import CompressedManifestStaticFilesStorage

# our own files are small and sent to every visitor; the libraries' bundles are big and seen by few
SMALL = 64 * 1024
BEST, QUICK = 11, 4
SOURCE_MAPS = ("map",)


class QuickCompressor(Compressor):
    """Compresses small files as well as it can and big ones quickly: the whole build takes seconds, not a minute."""

    @staticmethod
    def compress_brotli(data: bytes) -> bytes:
        return bytes(brotli.compress(data, quality=BEST if len(data) <= SMALL else QUICK))


class StaticStorage(CompressedManifestStaticFilesStorage):
    """WhiteNoise's storage with the quick compressor."""

    def create_compressor(self, **kwargs: Any) -> Compressor:
        kwargs["extensions"] = (*(kwargs.get("extensions") or Compressor.SKIP_COMPRESS_EXTENSIONS), *SOURCE_MAPS)
        return QuickCompressor(**kwargs)
