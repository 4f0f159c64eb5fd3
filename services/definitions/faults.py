"""What is wrong with a package, in German sentences that name the file and the place."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import ValidationError
from pydantic_core import ErrorDetails

_SENTENCES = {
    "missing": "fehlt",
    "extra_forbidden": "ist unbekannt; bitte entfernen oder richtig schreiben",
    "string_too_short": "ist zu kurz (mindestens {min_length} Zeichen)",
    "string_too_long": "ist zu lang (höchstens {max_length} Zeichen)",
    "string_type": "muss ein Text sein (Ja und Nein stehen in YAML in Anführungszeichen)",
    "string_pattern_mismatch": "passt nicht zum Muster {pattern}",
    "int_type": "muss eine ganze Zahl sein",
    "int_parsing": "muss eine ganze Zahl sein",
    "bool_type": "muss true oder false sein",
    "greater_than_equal": "muss mindestens {ge} sein",
    "less_than_equal": "darf höchstens {le} sein",
    "literal_error": "muss einer dieser Werte sein: {expected}",
    "too_short": "braucht mindestens {min_length} Eintrag",
    "too_long": "darf höchstens {max_length} Einträge haben",
    "tuple_type": "muss eine Liste sein",
    "list_type": "muss eine Liste sein",
    "dict_type": "muss eine Zuordnung sein",
    "model_type": "muss eine Zuordnung sein",
    "model_attributes_type": "muss eine Zuordnung sein",
}


class PackageError(ValueError):
    """One or more packages can't be loaded; every line of the message is one fault."""

    def __init__(self, faults: Sequence[str]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(self.faults))


def describe(error: ValidationError) -> list[str]:
    """The faults of a pydantic error, each as „path: what is wrong“."""
    found = error.errors(include_url=False)
    deeper = {fault["loc"][:depth] for fault in found for depth in range(len(fault["loc"]))}
    # a list whose entries are faulty counts as too short as well; saying so would mislead
    return [_sentence(fault) for fault in found if fault["type"] != "too_short" or fault["loc"] not in deeper]


def _sentence(fault: ErrorDetails) -> str:
    path = ".".join(str(part) for part in fault["loc"])
    template = _SENTENCES.get(fault["type"])
    if template:
        return f"{path} {template.format(**fault.get('ctx', {}))}."
    sentence = fault["msg"].removeprefix("Value error, ")
    return f"{path}: {sentence}." if path else f"{sentence}."
