"""What can go wrong in the catalogue, each with a sentence for the person who must act."""

from __future__ import annotations

from collections.abc import Sequence


class OfferingNotFound(LookupError):
    """No published offering has this address."""


class CatalogueError(ValueError):
    """A change that can't be made. `code` says why, the text says what to do."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code, self.sentence = code, sentence


class ZoneSyntaxError(CatalogueError):
    """Lines of a zone list that can't be understood."""

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__("zones-unreadable", " ".join(faults))
        self.faults = tuple(faults)
