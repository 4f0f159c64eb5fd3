"""The processes of an installation and the words that start them, as infra/deploy/processes.yaml lists them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast

import yaml

LIST = Path(__file__).parent / "deploy" / "processes.yaml"
Login = Literal["app", "owner"]


@dataclass(frozen=True, slots=True)
class Process:
    """One kind of process: `rathausplatz` and these words. CAPITALS stand for values."""

    name: str
    words: tuple[str, ...]
    login: Login

    def started_with(self, **values: object) -> list[str]:
        """The words with values: `web.started_with(port=8000, …)`. Raises KeyError for a value not given."""
        return [str(values[word.lower()]) if word.isupper() else word for word in self.words]

    def is_started_by(self, words: list[str]) -> bool:
        """Whether these words start it, whatever the values."""
        return len(words) == len(self.words) and all(
            given == wanted or (wanted.isupper() and not given.startswith("-"))
            for given, wanted in zip(words, self.words, strict=True)
        )


def processes() -> dict[str, Process]:
    """All of them by name."""
    listed = cast(dict[str, dict[str, str]], yaml.safe_load(LIST.read_text()))
    return {
        name: Process(name, tuple(entry["words"].split()), cast(Login, entry["login"]))
        for name, entry in listed.items()
    }
