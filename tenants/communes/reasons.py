"""Why something failed, in words that may be kept."""

from __future__ import annotations

from contextlib import suppress


def reason_of(error: Exception) -> str:
    """The first line of an error with its class. Details are left out: the database quotes rows in them."""
    with suppress(IndexError):
        return f"{type(error).__name__}: {str(error).splitlines()[0]}"[:500]
    return type(error).__name__
