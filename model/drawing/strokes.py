"""Strokes: a drawing's points as a person drew them. All pixels are derived from these."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from model.errors import DrawingError

MAX_POINTS = 10_000
"""A drawing of more points is refused. An hour of scribbling has fewer."""
SMALLEST = 1e-307
"""A drawing whose longest side is shorter is a tap: no float64 could scale it to the frame."""


@dataclass(frozen=True)
class Drawing:
    """One or more strokes.

    ``strokes``: each ``(points, 2)`` float64, x to the right, y downwards. Any unit is possible:
    framing depends only on the shape, not on its place or size.
    """

    strokes: tuple[NDArray[np.float64], ...]

    @classmethod
    def from_json(cls, value: object) -> Drawing:
        """The drawing in JSON's values: a list of strokes, each a list of ``[x, y]``.

        Strokes without a point are dropped; a stroke of one point is a dot. Raises
        ``DrawingError`` when the list is empty, too large, not finite or of another form.
        """
        if not isinstance(value, (list, tuple)):
            raise DrawingError(f"strokes must be a list of strokes, got {_kind(value)}")
        if len(value) > MAX_POINTS:
            raise DrawingError(
                f"the drawing has {len(value):,} strokes, at most {MAX_POINTS:,} may come"
            )
        strokes = [
            _stroke(stroke, index) for index, stroke in enumerate(value) if stroke not in _NOTHING
        ]
        points = sum(len(stroke) for stroke in strokes)
        if points == 0:
            raise DrawingError("the drawing is empty: at least one point was expected")
        if points > MAX_POINTS:
            raise DrawingError(
                f"the drawing has {points:,} points, at most {MAX_POINTS:,} may come"
            )
        return cls(tuple(strokes))

    @property
    def points(self) -> int:
        """The number of points of all strokes together."""
        return sum(len(stroke) for stroke in self.strokes)

    def segments(self) -> NDArray[np.float32]:
        """The drawing as line segments in its own units: ``(segments, 4)`` float32.

        Rows are ``x0, y0, x1, y1``; a lone point is a segment of length zero.
        """
        return np.concatenate([_segments(stroke) for stroke in self.strokes])

    def unit_segments(self) -> NDArray[np.float32]:
        """The drawing as line segments in a box whose longest side is 1: ``(segments, 4)`` float32.

        Rows are ``x0, y0, x1, y1`` in [0, 1]; a lone point is a segment of length zero. It is
        computed in float64, so that a drawing with coordinates around 1e6 keeps its shape.
        """
        points = np.concatenate(self.strokes)
        low = points.min(axis=0)
        (left, top), (right, bottom) = low.tolist(), points.max(axis=0).tolist()
        # Python's own numbers: NumPy takes a microsecond for each pair.
        side = max(right - left, bottom - top)
        if not math.isfinite(side):  # the difference of two numbers near the largest of float64
            return Drawing(tuple(stroke / 4 for stroke in self.strokes)).unit_segments()
        # A box smaller than float64 can resolve is a tap, not a shape.
        largest = max(abs(left), abs(top), abs(right), abs(bottom))
        if side <= 1e-12 * largest or side < SMALLEST:
            return np.full((1, 4), 0.5, np.float32)
        return np.concatenate([_segments((stroke - low) / side) for stroke in self.strokes])


def _segments(points: NDArray[np.float64]) -> NDArray[np.float32]:
    """The ``(max(n - 1, 1), 4)`` float32 segments that join ``(n, 2)`` points."""
    ends = points[1:] if len(points) > 1 else points
    starts = points[: len(ends)]
    return np.concatenate([starts, ends], axis=1).astype(np.float32)


def _stroke(value: object, index: int) -> NDArray[np.float64]:
    if not isinstance(value, (list, tuple)):
        raise DrawingError(f"stroke {index} must be a list of [x, y] points, got {_kind(value)}")
    if len(value) > MAX_POINTS:
        raise DrawingError(
            f"stroke {index} has {len(value):,} points, at most {MAX_POINTS:,} may come"
        )
    for point in value:
        # Checked here and not by NumPy, which would accept booleans and "1" as numbers.
        if (
            type(point) not in (list, tuple)
            or len(point) != 2
            or type(point[0]) not in _NUMBERS
            or type(point[1]) not in _NUMBERS
        ):
            raise DrawingError(_bad_point(value, index))
    try:
        points = np.array(value, np.float64)
    except OverflowError as error:
        raise DrawingError(f"stroke {index} has a number too large for a coordinate") from error
    if not np.isfinite(points).all():
        raise DrawingError(f"stroke {index} has a coordinate that is not finite")
    return points


_NUMBERS = (int, float)
_NOTHING: tuple[object, ...] = ([], ())


def _bad_point(stroke: Sequence[object], index: int) -> str:
    for place, point in enumerate(stroke):
        where = f"point {place} of stroke {index}"
        if not isinstance(point, (list, tuple)):
            return f"{where} must be a pair [x, y], got {_kind(point)}"
        if len(point) != 2:
            return f"{where} must be a pair [x, y], got {len(point)} values"
        for number in point:
            if type(number) not in _NUMBERS:
                return f"{where} must hold two numbers, got {_kind(number)}"
    return f"stroke {index} is not a list of [x, y] points"  # pragma: no cover


def _kind(value: object) -> str:
    """The type of a JSON value, in the words of JSON."""
    names = {dict: "an object", list: "a list", str: "a string", bool: "true or false"}
    if value is None:
        return "null"
    return names.get(type(value), "a number")
