"""A rounded cut of a typeface, made at build time: every corner of every letter is turned into a curve.

Used for the friendly brands. The source's licence (OFL) allows it under another name, which `themes.fonts`
gives.
"""

from __future__ import annotations

import math
from typing import Any

from fontTools.misc.bezierTools import calcCubicArcLength, splitCubicAtT
from fontTools.pens.basePen import decomposeQuadraticSegment
from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.recordingPen import DecomposingRecordingPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont

Point = tuple[float, float]
Segment = tuple[Point, Point, Point, Point]

SHARP = math.radians(24)


def round_corners(font: TTFont, *, outer: float, inner: float) -> None:
    """Round a TrueType font in place: `outer` is the radius at the ink's corners, `inner` in its notches
    (font units).
    """
    glyphs = font.getGlyphSet()
    table = font["glyf"]
    for name in font.getGlyphOrder():
        recording = DecomposingRecordingPen(glyphs)
        glyphs[name].draw(recording)
        pen = TTGlyphPen(None)
        target = Cu2QuPen(pen, max_err=0.6, reverse_direction=False)
        for contour in _contours(recording.value):
            _draw(_rounded(contour, outer, inner), target)
        table[name] = pen.glyph()


def _contours(commands: list[tuple[str, Any]]) -> list[list[Segment]]:
    contours: list[list[Segment]] = []
    here: Point = (0, 0)
    for command, points in commands:
        if command == "moveTo":
            here = points[0]
            contours.append([])
        elif command == "lineTo":
            contours[-1].append(_line(here, points[0]))
            here = points[0]
        elif command == "curveTo":
            contours[-1].append((here, *points))
            here = points[-1]
        elif command == "qCurveTo":
            for control, end in _quadratics(points):
                contours[-1].append(_raised(here, control, end))
                here = end
        elif contours[-1] and here != contours[-1][0][0]:
            contours[-1].append(_line(here, contours[-1][0][0]))
    return [[segment for segment in contour if segment[0] != segment[3]] for contour in contours]


def _quadratics(points: tuple[Point, ...]) -> list[tuple[Point, Point]]:
    return [(control, end) for control, end in decomposeQuadraticSegment(points)]


def _line(start: Point, end: Point) -> Segment:
    return start, _between(start, end, 1 / 3), _between(start, end, 2 / 3), end


def _raised(start: Point, control: Point, end: Point) -> Segment:
    return start, _between(start, control, 2 / 3), _between(end, control, 2 / 3), end


def _between(one: Point, other: Point, share: float) -> Point:
    return one[0] + (other[0] - one[0]) * share, one[1] + (other[1] - one[1]) * share


def _rounded(contour: list[Segment], outer: float, inner: float) -> list[Segment]:
    count = len(contour)
    if count < 2:
        return contour
    lengths = [calcCubicArcLength(*segment) for segment in contour]
    cuts = [_radius(contour[i - 1], contour[i], outer, inner) for i in range(count)]
    starts = [min(cuts[i], 0.48 * lengths[i], 0.48 * lengths[i - 1]) for i in range(count)]
    result: list[Segment] = []
    for i, segment in enumerate(contour):
        after = starts[(i + 1) % count]
        kept = _trimmed(segment, starts[i] / lengths[i], 1 - after / lengths[i])
        result.append(kept)
        if after > 0:
            following = contour[(i + 1) % count]
            entry = _trimmed(following, after / lengths[(i + 1) % count], 1)[0]
            corner = segment[3]
            result.append((kept[3], _between(kept[3], corner, 0.56), _between(entry, corner, 0.56), entry))
    return result


def _radius(before: Segment, after: Segment, outer: float, inner: float) -> float:
    ax, ay = _direction(before[2], before[3], before[0])
    bx, by = _direction(after[0], after[1], after[3])
    turn = math.atan2(ax * by - ay * bx, ax * bx + ay * by)
    if abs(turn) < SHARP:
        return 0.0
    # TrueType keeps the ink on the right: a turn to the right is a corner of ink.
    return outer if turn < 0 else inner


def _direction(start: Point, end: Point, otherwise: Point) -> Point:
    dx, dy = end[0] - start[0], end[1] - start[1]
    if math.hypot(dx, dy) < 1e-6:
        dx, dy = end[0] - otherwise[0], end[1] - otherwise[1]
    return dx, dy


def _trimmed(segment: Segment, start: float, end: float) -> Segment:
    if start <= 0 and end >= 1:
        return segment
    pieces = splitCubicAtT(*segment, *(t for t in (start, end) if 0 < t < 1))
    kept: Segment = pieces[1] if start > 0 else pieces[0]
    return kept


def _draw(contour: list[Segment], pen: Cu2QuPen) -> None:
    if not contour:
        return
    pen.moveTo(contour[0][0])
    for _start, first, second, end in contour:
        pen.curveTo(first, second, end)
    pen.closePath()
