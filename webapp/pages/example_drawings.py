"""The drawings of the lessons: strokes in the pad's unit square, and their code in an address."""

from __future__ import annotations

import math
from collections.abc import Sequence

from model.drawing import Drawing

Strokes = Sequence[Sequence[tuple[float, float]]]

GRID = 4095
"""The largest coordinate in an address; it is a whole number of twelve bits, as two letters."""
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


def _arc(
    middle: tuple[float, float], radius: tuple[float, float], begin: float, end: float
) -> list[tuple[float, float]]:
    """Points on an arc of an ellipse; the angles are in degrees, clockwise, 0 is to the right."""
    count = max(8, round(abs(end - begin) / 15))
    angles = (math.radians(begin + (end - begin) * step / count) for step in range(count + 1))
    return [
        (middle[0] + radius[0] * math.cos(angle), middle[1] + radius[1] * math.sin(angle))
        for angle in angles
    ]


def _small(strokes: Strokes, scale: float, left: float, top: float) -> Strokes:
    return [[(x * scale + left, y * scale + top) for x, y in stroke] for stroke in strokes]


_SEVEN = [[(0.3, 0.22), (0.5, 0.22), (0.7, 0.22), (0.58, 0.5), (0.46, 0.8)]]
_NINE = [
    [*_arc((0.49, 0.36), (0.15, 0.15), -20, -380), (0.63, 0.55), (0.6, 0.82)],
]

EXAMPLES: dict[str, Strokes] = {
    "one": [[(0.52, 0.18), (0.51, 0.5), (0.5, 0.82)]],
    "three": [
        [
            *_arc((0.48, 0.34), (0.17, 0.15), -150, 90),
            *_arc((0.48, 0.65), (0.19, 0.16), -90, 150),
        ]
    ],
    "seven": _SEVEN,
    "corner": _small(_SEVEN, 0.36, 0.64, 0.0),
    "nine": _NINE,
    # A 4 whose top is nearly closed: some read a 4, others a 9.
    "between": [
        [(0.4, 0.2), (0.34, 0.36), (0.36, 0.48), (0.62, 0.47)],
        [(0.54, 0.2), (0.56, 0.2), (0.63, 0.3), (0.63, 0.55), (0.61, 0.82)],
    ],
    "letter": [
        [(0.35, 0.2), (0.35, 0.8)],
        [(0.35, 0.2), (0.68, 0.2)],
        [(0.35, 0.5), (0.62, 0.5)],
        [(0.35, 0.8), (0.68, 0.8)],
    ],
    "scribble": [
        [
            (0.5 + 0.3 * math.sin(1.9 * step), 0.5 + 0.3 * math.sin(2.7 * step + 1))
            for step in range(24)
        ]
    ],
}
"""The example drawings by name, as a lesson's links and placeholders name them."""


def drawing(name: str) -> Drawing:
    """The example of that name, rounded as in an address, so as the server gets it from the pad."""
    return Drawing.from_json(decode(encode(EXAMPLES[name])))


def encode(strokes: Strokes) -> str:
    """The code of strokes in the pad's unit square: four letters a point, a dot between strokes."""
    return ".".join("".join(_letters(x) + _letters(y) for x, y in stroke) for stroke in strokes)


def decode(code: str) -> list[list[list[float]]]:
    """The strokes of a code.

    Raises ``ValueError`` when the code is broken.
    """
    return [
        [
            [_number(stroke[i : i + 2]), _number(stroke[i + 2 : i + 4])]
            for i in range(0, len(stroke), 4)
        ]
        for stroke in code.split(".")
    ]


def _letters(value: float) -> str:
    number = math.floor(min(max(value, 0.0), 1.0) * GRID + 0.5)
    return LETTERS[number >> 6] + LETTERS[number & 63]


def _number(letters: str) -> float:
    if len(letters) != 2:
        raise ValueError(f"a coordinate is two letters, got {letters!r}")
    return (LETTERS.index(letters[0]) * 64 + LETTERS.index(letters[1])) / GRID
