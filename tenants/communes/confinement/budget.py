"""What a parser may cost, and how it refuses. Known on both sides of the wall, so nothing here knows Django."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

MEBIBYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Budget:
    """`bytes_in` and `bytes_out` of one job, `seconds` of computing, `memory` in bytes beyond what the child has at its
    start, and how long the caller waits for the answer (`patience`, seconds).
    """

    bytes_in: int
    bytes_out: int = MEBIBYTE
    seconds: int = 2
    memory: int = 256 * MEBIBYTE
    patience: float = 10.0


class Refused(Exception):
    """The content was read and is not acceptable; `code` and `details` say why. The one error that leaves a child."""

    def __init__(self, code: str, **details: Any) -> None:
        super().__init__(code)
        self.code, self.details = code, details
