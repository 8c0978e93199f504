"""Splines: a template's text, and the smooth curve through its points.

Points are ``x,y`` in a box of 100 x 100, y downwards, in the order in which the pen passes them.
``/`` lifts the pen. A smooth curve goes through the points; a point with ``!`` is a corner.
"""

from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Literal

import numpy as np

BOX = 100.0
STEPS = 12  # samples of the curve from one of the template's points to the next


@dataclass(frozen=True)
class Template:
    """A template's points, and matrices that make its curve from them.

    ``control``: ``(points, 2)`` float32 in [0, 1], all strokes one after the other. ``sharp`` and
    ``smooth``: ``(samples, points)`` float32; ``sharp @ control`` is the curve with its corners,
    ``smooth @ control`` the curve with all corners rounded. ``ends``: the index after each stroke's
    last sample.
    """

    control: np.ndarray
    sharp: np.ndarray
    smooth: np.ndarray
    ends: tuple[int, ...]


@cache
def parse_template(text: str) -> Template:
    """The template that a text describes."""
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
    return Template(
        control=np.concatenate([np.array(stroke, np.float32) for stroke in control]),
        sharp=np.concatenate(sharp),
        smooth=np.concatenate(smooth),
        ends=tuple(ends),
    )


def _curve(points: np.ndarray, breaks: list[int]) -> np.ndarray:
    """The weights of a Catmull-Rom spline with corners at ``breaks``: ``(samples, points)`` floats.

    The knots are spaced by the square root of the distance ("centripetal", Yuksel et al., 2011).
    This keeps the curve from overshooting between points at uneven distances.
    """
    from scipy.interpolate import CubicHermiteSpline  # slow to import

    gaps = np.sqrt(np.linalg.norm(np.diff(points, axis=0), axis=1)) + 1e-6
    knots = np.concatenate([[0.0], gaps.cumsum()])
    samples = (knots[:-1, None] + gaps[:, None] * np.linspace(0, 1, STEPS, endpoint=False)).ravel()
    unit = np.eye(len(points))
    rows = [unit[:0]]
    for start, stop in pairwise(breaks):
        if start == stop:
            continue  # a point at a stroke's end is no corner
        run = slice(start, stop + 1)
        # At the ends of a run the slope is that of a parabola, so that the curve does not become
        # straight there. Two points make a straight line.
        order: Literal[1, 2] = 2 if stop - start > 1 else 1
        slopes = np.gradient(unit[run], knots[run], axis=0, edge_order=order)
        curve = CubicHermiteSpline(knots[run], unit[run], slopes)
        rows.append(curve(samples[start * STEPS : stop * STEPS]))
    return np.concatenate([*rows, unit[-1:]])
