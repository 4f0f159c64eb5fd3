"""Finding errands by the words people use: synonyms, umlauts in either spelling, compounds, slips of the finger."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache

from rapidfuzz import fuzz

from services.definitions.definition import Definition
from services.definitions.queries import definition

from .offered import OfferedService

TITLE, KEYWORD, TEASER, BODY = 1.0, 0.95, 0.7, 0.45
GOOD_ENOUGH = 60.0
LONGEST_QUERY = 80
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
_PLAIN = (("ae", "a"), ("oe", "o"), ("ue", "u"))
_ENDINGS = ("ungen", "ung", "ern", "en", "er", "em", "es", "e", "n", "s")
_GERMAN = (
    "der die das den dem des ein eine einen einem einer mein meine meinen ich wir sie man ist sind und oder für mit "
    "von vom zum zur im in am an auf bei wie wo was kann muss möchte will brauche bekomme"
)
_ENGLISH = "the a an my i we is are and or for with of to in on at how where what can must want need get do"
Word = tuple[str, float]


def fold(text: str) -> list[str]:
    """The words of `text` in lower case without accents; ä and ae become the same."""
    text = unicodedata.normalize("NFC", text).casefold().translate(_UMLAUTS)
    text = "".join(sign for sign in unicodedata.normalize("NFKD", text) if not unicodedata.combining(sign))
    return [_plain(word) for word in re.findall(r"[a-z0-9]+", text)]


def _plain(word: str) -> str:
    """ä, ae and a are one: people type all three."""
    for written, meant in _PLAIN:
        word = word.replace(written, meant)
    return word


STOPPED = frozenset(fold(f"{_GERMAN} {_ENGLISH}"))


def stem(word: str) -> str:
    """The word without its ending; short words stay whole."""
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            return word.removesuffix(ending)
    return word


def rank(query: str, services: Iterable[OfferedService]) -> list[OfferedService]:
    """The services that fit `query`, best first; services that fit equally well stay in their order."""
    asked = fold(query[:LONGEST_QUERY])
    wanted = [word for word in asked if word not in STOPPED] or asked
    if not wanted:
        return []
    scored = [(score(wanted, words_of(service)), service) for service in services]
    found = [(points, service) for points, service in scored if points >= GOOD_ENOUGH]
    return [service for _points, service in sorted(found, key=lambda pair: -pair[0])]


def score(wanted: Sequence[str], words: Sequence[Word]) -> float:
    """How well all wanted words are met: the mean of each word's best match, 0 if more than one in three is missed."""
    best = [max((_likeness(each, word) * weight for word, weight in words), default=0.0) for each in wanted]
    met = [points for points in best if points >= 30]
    if len(met) * 3 < len(wanted) * 2:
        return 0.0
    return max(best) * 0.6 + sum(met) / len(wanted) * 0.4


def _likeness(wanted: str, word: str) -> float:
    if wanted == word:
        return 100.0
    short, known = stem(wanted), stem(word)
    if short == known:
        return 97.0
    if len(short) >= 3 and word.startswith(short):
        return 90.0
    if len(short) >= 4 and short in word:
        return 82.0
    if len(known) >= 6 and known in wanted:
        return 72.0
    if len(wanted) < 4 or abs(len(wanted) - len(word)) > 2:
        return 0.0
    close = fuzz.ratio(wanted, word, score_cutoff=78)
    return close * 0.85


def words_of(service: OfferedService) -> list[Word]:
    """Every word under which a service may be found, with its weight; the shared words are folded once per process."""
    shared = service.definition
    words = list(_shared_words(shared.key, shared.version, service.language)) if shared else []
    for language in {service.language, "de"}:
        own = service.overrides.get(language, {})
        words += _weigh(str(own.get("name", "")), TITLE) + _weigh(str(own.get("title", "")), TITLE)
        words += _weigh(str(own.get("teaser", "")), TEASER) + _weigh(str(own.get("summary", "")), BODY)
        words += _weigh(" ".join(own.get("keywords", ())), KEYWORD)
    return words


@lru_cache(maxsize=2048)
def _shared_words(key: str, version: int, language: str) -> tuple[Word, ...]:
    """Published content never changes and is the same in all communes, so it may be kept."""
    shared: Definition = definition(key, version)
    words: list[Word] = []
    for spoken in {language, "de"}:
        words += _weigh(shared.text("name", spoken), TITLE) + _weigh(shared.text("title", spoken), TITLE)
        words += _weigh(shared.text("teaser", spoken), TEASER) + _weigh(shared.text("summary", spoken), BODY)
        words += _weigh(shared.text("category", spoken), BODY)
    words += _weigh(" ".join(shared.keywords), KEYWORD)
    if shared.leika_key:
        words.append((shared.leika_key, TITLE))
    heaviest: dict[str, float] = {}
    for word, weight in words:
        heaviest[word] = max(weight, heaviest.get(word, 0.0))
    return tuple(heaviest.items())


def _weigh(text: str, weight: float) -> list[Word]:
    return [(word, weight) for word in fold(text) if word not in STOPPED]
