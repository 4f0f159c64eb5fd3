"""Which parts of an address open something, and addresses without them, for whatever is written down.

A part is secret unless it is known to be plain: numbers, slugs, and the names in PLAIN_PARAMETERS. So the token of a
route that somebody adds tomorrow is hidden by default. What fits no route (mistyped, cut off, another program's) is
judged by what stands before it and by what it looks like.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import takewhile
from typing import Any
from urllib.parse import unquote

from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.resolvers import LocalePrefixPattern

URL_CONFS = ("rathausplatz.urls.portal", "rathausplatz.urls.console", "rathausplatz.urls.operator")
HIDDEN = "…"
PLAIN_CONVERTERS = frozenset({"int", "slug"})
PLAIN_PARAMETERS = frozenset(
    {
        "number",
        "slug",
        "step",
        "step_key",
        "mark",
        "kind",
        "idea_id",
        "pk",
        "object_id",
        "app_label",
        "app_name",
        "model_name",
        "action",
        "action_name",
        "filter_spec",
        "revision_id_a",
        "revision_id_b",
    }
)
# a slug or number under one of these names is no secret either; under any other name a slug may be
_SECRET_BEFORE = frozenset({"zugang", "key", "bestaetigen", "pruefen", "confirm-email", "einladung", "documents"})
_PARAMETER = re.compile(r"\(\?P<(?P<group>\w{1,99})>|<(?:(?P<converter>\w{1,99}):)?(?P<name>\w{1,99})>|\(")
_LANGUAGE = re.compile(r"[a-z]{2}")
_ADDRESS = re.compile(r"(?:https?://[^\s/\"'<>]{1,300})?/[^\s\"'<>]*")
# what stands before and behind the @ of a mail address, about
_LOCAL, _DOMAIN = re.compile(r"[\w.+-]"), re.compile(r"[\w.-]")


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a route between two slashes. `word` is None where any value fits; `rest`: it may hold slashes."""

    word: str | None
    secret: bool = False
    rest: bool = False


@cache
def parts_of(route: str) -> tuple[Part, ...]:
    """A route as `ResolverMatch.route` and patterns write it, in parts."""
    marked, at = [], 0
    found: list[Part] = []
    while match := _PARAMETER.search(route, at):
        marked.append(_literal(route[at : match.start()]))
        at, inside = _end_of(route, match)
        found.append(_parameter(match, inside))
        marked.append("\0")
    marked.append(_literal(route[at:]))
    waiting = iter(found)
    return tuple(_part(piece, waiting) for piece in "".join(marked).strip("/").split("/") if piece)


def _literal(text: str) -> str:
    return text.replace("\\Z", "").replace("\\", "").replace("^", "").replace("$", "")


def _end_of(route: str, match: re.Match[str]) -> tuple[int, str]:
    """Where a parameter ends, and the expression inside the parentheses of one that has them."""
    if match["name"]:
        return match.end(), ""
    depth, at = 1, match.end()
    while at < len(route) and depth:
        depth += {"(": 1, ")": -1}.get(route[at], 0)
        at += 1
    return at, route[match.end() : at]


def _parameter(match: re.Match[str], inside: str) -> Part:
    name = match["group"] or match["name"]
    plain = name is None or name in PLAIN_PARAMETERS or match["converter"] in PLAIN_CONVERTERS
    return Part(None, secret=not plain, rest=match["converter"] == "path" or ".+" in inside or ".*" in inside)


def _part(piece: str, waiting: Iterator[Part]) -> Part:
    if "\0" not in piece:
        return Part(piece)
    inside = [next(waiting) for _each in range(piece.count("\0"))]
    return Part(None, any(part.secret for part in inside), any(part.secret and part.rest for part in inside))


def has_secret(route: str) -> bool:
    """Whether an address of this route opens something for whoever knows it."""
    return any(part.secret for part in parts_of(route))


def masked_path(path: str) -> str:
    """A path without its secrets and without its query."""
    plain, query, _rest = path.partition("?")
    pieces = plain.partition("#")[0].split("/")
    first = 2 if len(pieces) > 2 and _LANGUAGE.fullmatch(pieces[1]) else 1
    named = [unquote(piece) for piece in pieces[first:] if piece]
    if tuple(named) not in _words():
        hidden = _hidden_by_route(named)
        pieces = _hide(pieces, first, hidden | _hidden_by_look(named))
    return "/".join(pieces) + (f"?{HIDDEN}" if query else "")


def _hide(pieces: list[str], first: int, hidden: set[int]) -> list[str]:
    at, shown = -1, pieces[:first]
    for piece in pieces[first:]:
        at += 1 if piece else 0
        shown.append(HIDDEN if piece and at in hidden else piece)
    return shown


def _hidden_by_route(named: list[str]) -> set[int]:
    hidden: set[int] = set()
    for parts in _secret_routes():
        secret = [at for at, part in enumerate(parts) if part.secret]
        if len(named) <= secret[0] or not _begins(named, parts[: secret[0]]):
            continue
        hidden.update(at for at in secret if _begins(named, parts[:at]))
        hidden.update(range(secret[-1], len(named)) if parts[secret[-1]].rest else ())
    return hidden


def _begins(named: list[str], parts: tuple[Part, ...]) -> bool:
    return all(part.word in (None, piece) for piece, part in zip(named, parts, strict=False))


def _hidden_by_look(named: list[str]) -> set[int]:
    after = {at + 1 for at, piece in enumerate(named) if piece in _SECRET_BEFORE}
    return after | {at for at, piece in enumerate(named) if _looks_secret(piece)}


def _looks_secret(piece: str) -> bool:
    """Long, and no word: letters with figures among them, or a signature."""
    if len(piece) < 16:
        return False
    has_figures = any(sign.isdigit() for sign in piece)
    return ":" in piece or len(piece) >= 64 or (has_figures and any(sign.isalpha() for sign in piece))


def masked(text: str) -> str:
    """A text of any kind without secrets of the addresses in it, and without anybody's e-mail address."""
    if "/" in text:
        text = _ADDRESS.sub(_masked_address, text)
    return without_mail_addresses(text) if "@" in text else text


def without_mail_addresses(text: str) -> str:
    """A text whose e-mail addresses are hidden. Reads each sign at most twice."""
    parts = text.split("@")
    kept = [parts[0]]
    for part in parts[1:]:
        local, domain = _reach(reversed(kept[-1]), _LOCAL), _reach(part, _DOMAIN)
        if local and "." in part[:domain].strip("."):
            kept[-1] = kept[-1][: len(kept[-1]) - local] + HIDDEN + part[domain:]
        else:
            kept.append(part)
    return "@".join(kept)


def _reach(signs: Iterable[str], wanted: re.Pattern[str]) -> int:
    """How many signs from the beginning are wanted ones."""
    return sum(1 for _sign in takewhile(wanted.match, signs))


def _masked_address(match: re.Match[str]) -> str:
    host, slashes, path = match[0].partition("//") if match[0].startswith("http") else ("", "", match[0])
    if not slashes:
        return masked_path(path)
    name, slash, rest = path.partition("/")
    return f"{host}//{name.rpartition('@')[2]}{masked_path(slash + rest)}"


def masked_deeply(value: Any) -> Any:
    """The same for all texts in lists and dictionaries."""
    if isinstance(value, str):
        return masked(value)
    if isinstance(value, dict):
        return {key: masked_deeply(each) for key, each in value.items()}
    return [masked_deeply(each) for each in value] if isinstance(value, list | tuple) else value


def _loaded() -> tuple[str, ...]:
    """The URL confs that this process has; a worker has none and needs none for a line in its log."""
    return tuple(name for name in URL_CONFS if hasattr(sys.modules.get(name), "handler500"))


def _secret_routes() -> tuple[tuple[Part, ...], ...]:
    return _routes(_loaded())[0]


def _words() -> frozenset[tuple[str, ...]]:
    return _routes(_loaded())[1]


@cache
def _routes(confs: tuple[str, ...]) -> tuple[tuple[tuple[Part, ...], ...], frozenset[tuple[str, ...]]]:
    """The routes with secrets, and the addresses that are words alone."""
    routes = {route for name in confs for route in _flat(get_resolver(name))}
    known = [parts_of(route) for route in sorted(routes)]
    secret = tuple(parts for parts in known if any(part.secret for part in parts))
    words = frozenset(tuple(str(part.word) for part in parts) for parts in known if all(part.word for part in parts))
    return secret, words


def _flat(resolver: Any, prefix: str = "") -> Iterator[str]:
    for entry in resolver.url_patterns:
        own = "" if isinstance(entry.pattern, LocalePrefixPattern) else str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from _flat(entry, prefix + own)
        elif isinstance(entry, URLPattern):
            yield prefix + own
