"""Pictures are unpacked one at a time, and nothing of it stays."""

from __future__ import annotations

import io
import threading
from contextlib import suppress
from contextvars import copy_context
from pathlib import Path
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image as Drawn
from wagtail.images.models import Filter, Image

from cms.uploads import PictureField
from tenants.communes.confinement.running import stop_spares

MEBIBYTE = 1024 * 1024


class Meeting(Filter):
    """A size whose makers wait for each other, as long as `patience`."""

    def __init__(self, makers: int, patience: float) -> None:
        super().__init__("max-20x20")
        self.barrier, self.patience, self.met = threading.Barrier(makers), patience, 0

    def run(self, image: Any, output: Any, source: Any = None) -> Any:
        with suppress(threading.BrokenBarrierError):
            self.barrier.wait(self.patience)
            self.met += 1
        return super().run(image, output, source)


def drawn(side: int) -> bytes:
    content = io.BytesIO()
    Drawn.new("RGB", (side, side), (168, 0, 9)).save(content, "AVIF", speed=10)
    return content.getvalue()


def picture(side: int) -> Any:
    return Image.objects.create(title="b", file=ContentFile(drawn(side), name="b.avif"))


def in_threads(number: int, do: Any) -> list[Any]:
    done: list[Any] = []
    threads = [
        threading.Thread(target=copy_context().run, args=(lambda: done.append(do()),)) for _number in range(number)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return done


def resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096


def test_two_sizes_are_never_made_at_once(in_gera: Any) -> None:
    image, size = picture(40), Meeting(2, patience=0.5)
    assert len(in_threads(2, lambda: image.generate_rendition_file(size))) == 2
    assert size.met == 0


def test_the_memory_of_a_large_picture_is_given_back(in_gera: Any) -> None:
    large, small = picture(6000), picture(40)
    in_threads(1, lambda: small.generate_rendition_file(Filter("max-20x20")))
    before = resident()
    in_threads(2, lambda: large.generate_rendition_file(Filter("max-800x800")))
    assert resident() - before < 60 * MEBIBYTE


def test_the_memory_of_a_large_upload_is_given_back(in_gera: Any) -> None:
    label, small, large = "Datei", drawn(40), drawn(6000)

    def upload(content: bytes) -> Any:
        return PictureField(label=label).clean(SimpleUploadedFile("b.avif", content, "image/avif")).size

    in_threads(1, lambda: upload(small))
    before = resident()
    assert in_threads(2, lambda: upload(large)) == [len(large)] * 2
    assert resident() - before < 60 * MEBIBYTE
    stop_spares()
