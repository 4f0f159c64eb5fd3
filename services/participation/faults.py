"""What can go wrong with ideas, each with a sentence for the person who must act."""

from __future__ import annotations


class IdeaError(ValueError):
    """Something that can't be done with an idea. `code` says why, the text what to do."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code, self.sentence = code, sentence


class TokenUnknown(IdeaError):
    """A confirmation link that is wrong or too old."""


class TooOften(IdeaError):
    """Too many ideas, supports or reports from one place in a short time."""
