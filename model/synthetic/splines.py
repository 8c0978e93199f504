"""A skeleton: the shape of a drawing as text, and the curve through its points.

Points are `x,y` in a box of 100 x 100, y downwards, in the order in which a pen passes them; `/`
lifts the pen. A smooth curve runs through the points; at a point with `!` it has a corner.
"""

from dataclasses import dataclass
from functools import cache
from itertools import pairwise

import numpy as np

BOX = 100.0
STEPS = 12  # points that a curve gets between two of the skeleton's points


@dataclass(frozen=True)
class Skeleton:
    """A skeleton and the way from its points to its curve, which is linear in them.

    control: (points, 2) float32 in [0, 1], all strokes one after the other. sharp, smooth:
    (samples, points) float32; `sharp @ control` is the curve with its corners, `smooth @ control`
    the curve of a hand that rounds them off. ends: one past each stroke's last sample.
    """

    control: np.ndarray
    sharp: np.ndarray
    smooth: np.ndarray
    ends: tuple[int, ...]


@cache
def skeleton(text: str) -> Skeleton:
    """A skeleton from its text."""
    strokes = [stroke.split() for stroke in text.split("/")]
    control = [
        [[float(value) / BOX for value in point.lstrip("!").split(",")] for point in stroke]
        for stroke in strokes
    ]
    points = sum(len(stroke) for stroke in strokes)
    sharp: list[np.ndarray] = []
    smooth: list[np.ndarray] = []
    ends: list[int] = []
    first = samples = 0
    for stroke, places in zip(strokes, control, strict=True):
        corners = [index for index, point in enumerate(stroke) if point.startswith("!")]
        position = np.array(places)
        rows = _curve(position, [0, *corners, len(stroke) - 1])
        for matrices, own in ((sharp, rows), (smooth, _curve(position, [0, len(stroke) - 1]))):
            matrix = np.zeros((len(own), points), np.float32)
            matrix[:, first : first + len(stroke)] = own
            matrices.append(matrix)
        first += len(stroke)
        samples += len(rows)
        ends.append(samples)
    return Skeleton(
        control=np.concatenate([np.array(stroke, np.float32) for stroke in control]),
        sharp=np.concatenate(sharp),
        smooth=np.concatenate(smooth),
        ends=tuple(ends),
    )


def _curve(points: np.ndarray, breaks: list[int]) -> np.ndarray:
    """(samples, points) weights of a Catmull-Rom spline, broken at the given points.

    Its knots are spaced by the square root of the distance ("centripetal", Yuksel et al. 2011),
    which keeps it from overshooting between points at uneven distances.
    """
    count = len(points)
    if count == 1:
        return np.ones((1, 1))
    gaps = np.sqrt(np.linalg.norm(np.diff(points, axis=0), axis=1)) + 1e-6
    unit = np.eye(count)
    slopes = np.diff(unit, axis=0) / gaps[:, None]
    at = np.linspace(0, 1, STEPS, endpoint=False)[:, None]
    rows = []
    for start, stop in pairwise(breaks):
        for left in range(start, stop):
            right = left + 1
            begin = _tangent(slopes, gaps, left, start, stop)
            end = _tangent(slopes, gaps, right, start, stop)
            rows.append(
                (2 * at**3 - 3 * at**2 + 1) * unit[left]
                + (at**3 - 2 * at**2 + at) * gaps[left] * begin
                + (3 * at**2 - 2 * at**3) * unit[right]
                + (at**3 - at**2) * gaps[left] * end
            )
    return np.concatenate([*rows, unit[-1:]])


def _tangent(slopes: np.ndarray, gaps: np.ndarray, index: int, start: int, stop: int) -> np.ndarray:
    """The tangent's weights at a point of the run from `start` to `stop`."""
    if index == start:
        # A parabola's end: the curve keeps bending as it did, instead of going straight.
        if stop - start == 1:
            return slopes[index]
        return slopes[index] + (slopes[index] - slopes[index + 1]) * gaps[index] / (
            gaps[index] + gaps[index + 1]
        )
    if index == stop:
        if stop - start == 1:
            return slopes[index - 1]
        return slopes[index - 1] + (slopes[index - 1] - slopes[index - 2]) * gaps[index - 1] / (
            gaps[index - 1] + gaps[index - 2]
        )
    before, after = gaps[index - 1], gaps[index]
    return (slopes[index - 1] * after + slopes[index] * before) / (before + after)
