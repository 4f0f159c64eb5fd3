"""An SVG: nothing active in it, nothing from outside, and not more to draw than a crest has."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, NoReturn
from xml.parsers import expat

from tenants.communes.confinement.budget import Refused
from themes.examining import pictures

MOST_ELEMENTS = 5_000
MOST_ATTRIBUTES = 60
DEEPEST = 60
LONGEST_SIDE, MOST_PIXELS = 4_000, 8_000_000
MOST_DRAWN = 3_000  # by `use`, each time it is named
SIMPLE_ELEMENTS, SIMPLE_BYTES = 300, 60_000
PUBLIC_DOCTYPE = "-//W3C//DTD SVG"
DANGEROUS = frozenset(
    {"script", "foreignobject", "iframe", "object", "embed", "audio", "video", "handler", "animate", "set"}
)
# shapes whose cost is their size; whatever else there is has to be drawn once to know
SIMPLE = frozenset(
    ("svg", "g", "path", "rect", "circle", "ellipse", "line", "polyline", "polygon", "title", "desc", "defs")
) | {"lineargradient", "radialgradient", "stop"}


@dataclass(slots=True)
class _Element:
    """`attributes` by their names without a namespace, so one name may come twice (`href` and `xlink:href`): programs
    differ in which of them counts, so all do.
    """

    tag: str
    attributes: list[tuple[str, str]]
    children: list[_Element] = field(default_factory=list)
    text: list[str] = field(default_factory=list)

    def values(self, wanted: str) -> list[str]:
        """What the element says under this name."""
        return [value.strip() for name, value in self.attributes if name == wanted]


def looks_like_drawing(content: bytes) -> bool:
    """Whether the content could be an SVG: it begins with a tag."""
    return content[:4096].removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"<"


def examine(content: bytes) -> bool:
    """Whether the drawing is so simple that its size says what it costs.

    Raises Refused: no-image, broken-svg, active-svg (with the part), too-costly.
    """
    root = _Reader().read(content)
    elements = list(_walk(root))
    for element in elements:
        if part := _active_part(element):
            raise Refused("active-svg", part=part)
    _check_pictures(elements)
    _check_copies(elements)
    plain = all(element.tag in SIMPLE and not element.values("href") for element in elements)
    return plain and b"\\" not in content and len(elements) <= SIMPLE_ELEMENTS and len(content) <= SIMPLE_BYTES


class _Reader:
    """Reads with expat, and stops at the first thing that is too much."""

    def __init__(self) -> None:
        self.open: list[_Element] = []
        self.root: _Element | None = None
        self.count = 0
        self.parser = expat.ParserCreate(namespace_separator="}")
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text
        self.parser.StartDoctypeDeclHandler = self._doctype
        self.parser.EntityDeclHandler = self._entity
        self.parser.ProcessingInstructionHandler = self._instruction

    def read(self, content: bytes) -> _Element:
        """The outermost element. Raises Refused."""
        try:
            self.parser.Parse(content, True)
        except (expat.ExpatError, ValueError, LookupError):
            raise Refused("broken-svg" if self.root else "no-image") from None
        if self.root is None:
            raise Refused("no-image")
        return self.root

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        element = _Element(_local(name), [(_local(key), value) for key, value in attributes.items()])
        self.count += 1
        if self.root is None and element.tag != "svg":
            raise Refused("no-image")
        if self.count > MOST_ELEMENTS or len(attributes) > MOST_ATTRIBUTES or len(self.open) >= DEEPEST:
            raise Refused("too-costly")
        if self.open:
            self.open[-1].children.append(element)
        self.root = self.root or element
        self.open.append(element)

    def _end(self, name: str) -> None:
        self.open.pop()

    def _text(self, text: str) -> None:
        if self.open and self.open[-1].tag == "style":
            self.open[-1].text.append(text)

    def _doctype(self, name: str, system: str | None, public: str | None, has_subset: bool) -> None:
        if has_subset or name != "svg" or not (public or "").startswith(PUBLIC_DOCTYPE):
            raise Refused("broken-svg")

    def _entity(self, *_declared: Any) -> NoReturn:
        raise Refused("broken-svg")

    def _instruction(self, target: str, _data: str) -> None:
        if target.lower() == "xml-stylesheet":  # from outside, or a program of its own (XSLT)
            raise Refused("active-svg", part=target)


def _local(name: str) -> str:
    return name.rpartition("}")[2].rpartition(":")[2].lower()


def _walk(root: _Element) -> Iterable[_Element]:
    waiting = [root]
    while waiting:
        element = waiting.pop()
        yield element
        waiting += element.children


def _active_part(element: _Element) -> str:
    if element.tag in DANGEROUS:
        return element.tag
    if element.tag == "style" and _reaches_outside("".join(element.text)):
        return "style"
    for name, value in element.attributes:
        bare = value.strip()
        is_outside = bare and not bare.startswith(("#", "data:image/png", "data:image/jpeg"))
        if name.startswith("on") or (name in ("href", "src") and is_outside) or _reaches_outside(value):
            return name
    return ""


def _reaches_outside(text: str) -> bool:
    """Whether CSS names anything but a part of the same drawing, or a link runs a script."""
    text = text.lower()
    if "@import" in text or "javascript:" in text:
        return True
    return any(not part.lstrip().lstrip("\"'").startswith("#") for part in text.split("url(")[1:])


def _check_pictures(elements: list[_Element]) -> None:
    """Refuse pictures inside the drawing that are none, or have more pixels together than one may have alone."""
    left = MOST_PIXELS
    for address in (value for element in elements for value in element.values("href")):
        if not address.startswith("data:"):
            continue
        try:
            content = base64.b64decode(address.partition(",")[2], validate=False)
        except ValueError:
            raise Refused("broken-svg") from None
        found = pictures.examine(
            content, formats=["PNG", "JPEG"], most_side=LONGEST_SIDE, most_pixels=left, unpack=False
        )
        left -= found["width"] * found["height"]


def _check_copies(elements: list[_Element]) -> None:
    """Refuse a drawing whose `use` elements, followed to their ends, draw too much or themselves."""
    named: dict[str, list[_Element]] = {}
    for element in elements:
        for name in element.values("id"):
            named.setdefault(name, []).append(element)
    weights: dict[int, int] = {}
    drawn = 0
    for element in elements:
        if element.tag == "use":
            drawn += _weight(element, named, weights, depth=0)
        if drawn > MOST_DRAWN:
            raise Refused("too-costly")


def _weight(element: _Element, named: dict[str, list[_Element]], weights: dict[int, int], depth: int) -> int:
    """How many elements are drawn for this one. An element that is being weighed weighs itself without end."""
    known = weights.get(id(element))
    if known is not None:
        return known
    if depth > 2 * DEEPEST:
        raise Refused("too-costly")
    weights[id(element)] = MOST_DRAWN + 1
    inside = element.children + (_targets(element, named) if element.tag == "use" else [])
    weight = 1 + sum(_weight(each, named, weights, depth + 1) for each in inside)
    weights[id(element)] = min(weight, MOST_DRAWN + 1)
    return weights[id(element)]


def _targets(element: _Element, named: dict[str, list[_Element]]) -> list[_Element]:
    """Whatever a program could draw for a `use`: all elements of this name, if several have it."""
    return [target for address in element.values("href") for target in named.get(address.removeprefix("#"), [])]
