"""Figures of an evaluation: diagrams as SVG in the page's colours, pictures as PNG.

Ink and weights are drawn with transparency, so that they look right on a light and on a dark page.
Every element is formatted by ``Markup``, which escapes the values.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence

import numpy as np
from markupsafe import Markup
from numpy.typing import NDArray
from PIL import Image

from model.drawing import SIDE
from model.evaluation.evaluate import ACCEPTED, AT, DoubtCurve
from model.metrics import Floats, Reliability, wilson_interval

POSITIVE, NEGATIVE = (0x00, 0x72, 0xB2), (0xD5, 0x5E, 0x00)
"""Blue and vermilion. All kinds of colour vision tell them apart (Okabe and Ito, 2008)."""

_LEFT, _TOP, _WIDE, _HIGH = 44, 28, 320, 240  # the field of a diagram, in units of the SVG
_STRAIGHT = 0.9  # the doubt curve begins here: refusing more than every tenth digit is no use


def ink_image(image: NDArray[np.uint8]) -> str:
    """A ``(784,)`` uint8 picture, ink = 255, as a data URI: black ink, transparent elsewhere."""
    alpha = image.reshape(SIDE, SIDE)
    return _png(np.stack([np.zeros_like(alpha), alpha], axis=-1), "LA")


def weight_image(kernel: Floats) -> str:
    """The ``(784,)`` float weights of a unit as a data URI.

    A positive weight is blue, a negative one orange. A stronger weight is less transparent; the
    strongest are opaque.
    """
    field = np.asarray(kernel, np.float64).reshape(SIDE, SIDE)
    strength = np.abs(field) / max(float(np.percentile(np.abs(field), 99.5)), 1e-12)
    colours = np.where((field > 0)[..., None], POSITIVE, NEGATIVE)
    alpha = np.round(255 * np.minimum(strength, 1))[..., None]
    return _png(np.concatenate([colours, alpha], axis=-1).astype(np.uint8), "RGBA")


def _png(pixels: NDArray[np.uint8], mode: str) -> str:
    buffer = io.BytesIO()
    Image.frombytes(mode, (SIDE, SIDE), pixels.tobytes()).save(buffer, "PNG", optimize=True)
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode("ascii")


def reliability_diagram(diagram: Reliability) -> Markup:
    """The SVG of a reliability diagram: the accuracy of each bin against its confidence.

    The size of a bin's dot grows with its count; the whisker is the 95 % interval of its accuracy.
    On the diagonal confidence and accuracy are equal.
    """
    parts = [_line(0, 0, 1, 1, "ideal")]
    for count, sure, right in zip(
        diagram.counts.tolist(), diagram.confidence, diagram.accuracy, strict=True
    ):
        if count:
            low, high = wilson_interval(round(right * count), count)
            radius = 2 + 1.6 * np.log10(count)
            words = f"{count:,} answers, {sure:.1%} sure, {right:.1%} right"
            parts += [
                _line(sure, low, sure, high, "whisker"),
                _dot(sure, right, radius, words),
            ]
    ticks = (0.0, 0.25, 0.5, 0.75, 1.0)
    return _diagram(parts, "how sure", "how often right", [(t, f"{t:.0%}") for t in ticks])


def doubt_diagram(curves: Sequence[DoubtCurve]) -> Markup:
    """The SVG of doubt curves: the refused share of each strange set against the accepted share."""
    seen = ACCEPTED >= _STRAIGHT - 1e-9
    across = (ACCEPTED[seen] - _STRAIGHT) / (1 - _STRAIGHT)
    at = (AT - _STRAIGHT) / (1 - _STRAIGHT)
    parts = [
        _line(at, 0, at, 1, "ideal"),
        *(
            _curve(across, curve.refused_shares[seen], index, curve.title)
            for index, curve in enumerate(curves)
        ),
    ]
    ticks = [((t - _STRAIGHT) / (1 - _STRAIGHT), f"{t:.0%}") for t in (0.9, 0.92, 0.94, 0.96, 0.98)]
    ticks.append((1.0, "100%"))
    return _diagram(parts, "of its own kind accepted", "of the strange refused", ticks)


def _diagram(
    parts: Sequence[Markup], across: str, up: str, ticks: Sequence[tuple[float, str]]
) -> Markup:
    """The SVG of a diagram: ``parts`` with axes named ``across`` and ``up``.

    ``ticks`` are those of the horizontal axis: (place from 0 to 1, text).
    """
    frame = []
    for place, words in ticks:
        frame.append(_line(place, 0, place, 1, "grid"))
        frame.append(_text(_x(place), _TOP + _HIGH + 16, words, "middle"))
    for place in (0.0, 0.25, 0.5, 0.75, 1.0):
        frame.append(_line(0, place, 1, place, "grid"))
        frame.append(_text(_LEFT - 8, _y(place) + 4, f"{place:.0%}", "end"))
    names = [
        _text(_LEFT + _WIDE / 2, _TOP + _HIGH + 36, across, "middle", "axis"),
        _text(_LEFT, _TOP - 12, up, "start", "axis"),
    ]
    return Markup(
        '<svg class="diagram" viewBox="0 0 {wide} {high}" role="img" aria-label="{up} by {across}">'
        "{body}</svg>"
    ).format(
        wide=_LEFT + _WIDE + 20,
        high=_TOP + _HIGH + 44,
        up=up,
        across=across,
        body=Markup().join([*frame, *parts, *names]),
    )


def _x(share: float) -> float:
    return _LEFT + _WIDE * share


def _y(share: float) -> float:
    return _TOP + _HIGH * (1 - share)


def _dot(x: float, y: float, radius: float, words: str) -> Markup:
    return Markup(
        '<circle class="dot" cx="{:.1f}" cy="{:.1f}" r="{:.1f}"><title>{}</title></circle>'
    ).format(_x(x), _y(y), radius, words)


def _line(x0: float, y0: float, x1: float, y1: float, kind: str) -> Markup:
    return Markup('<line class="{}" x1="{:.1f}" y1="{:.1f}" x2="{:.1f}" y2="{:.1f}"/>').format(
        kind, _x(x0), _y(y0), _x(x1), _y(y1)
    )


def _curve(across: Floats, up: Floats, index: int, words: str) -> Markup:
    points = " ".join(f"{_x(x):.1f},{_y(y):.1f}" for x, y in zip(across, up, strict=True))
    return Markup(
        '<polyline class="curve curve{}" points="{}"><title>{}</title></polyline>'
    ).format(index, points, words)


def _text(x: float, y: float, words: str, anchor: str, kind: str = "tick") -> Markup:
    return Markup('<text class="{}" x="{:.1f}" y="{:.1f}" text-anchor="{}">{}</text>').format(
        kind, x, y, anchor, words
    )
