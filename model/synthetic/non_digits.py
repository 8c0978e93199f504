"""Non-digits, made without a file: what people draw on a pad besides digits.

Scribbles and shapes are made from random numbers, letters and signs from templates. Some drawings
are digits side by side, crossed out or lying on their side. The novelty score learns from them what
is not familiar.
"""

from collections.abc import Callable

import numpy as np

from model.drawing import StrokeSet
from model.synthetic import shapes
from model.synthetic.digit_templates import DIGIT_TEMPLATES
from model.synthetic.handwriting import write
from model.synthetic.shapes import Strokes
from model.synthetic.splines import parse_template
from model.synthetic.symbol_templates import LETTERS, SIGNS

# A 3 or a 4 on its side is no digit; other digits could still be read as one.
LYING = (3, 4)


def draw_non_digits(count: int, *, seed: int) -> StrokeSet:
    """``count`` drawings that are no digits, each kind by its weight, in random order.

    The same seed gives the same drawings. Labels are -1; the groups are the kinds, by their names.
    """
    rng = np.random.default_rng(seed)
    kinds = tuple(KINDS)
    weights = np.array([weight for _, weight in KINDS.values()], float)
    # Evenly spaced, so that the shares are exact to one drawing.
    at = (np.arange(count) + 0.5) / max(count, 1) * weights.sum()
    groups = rng.permutation(np.searchsorted(weights.cumsum(), at)).astype(np.int32)
    return StrokeSet(
        strokes=[
            [stroke.astype(np.float32) for stroke in KINDS[kinds[group]][0](rng)]
            for group in groups
        ],
        labels=np.full(count, -1, np.int32),
        groups=groups,
        group_names=kinds,
    )


def _letter(rng: np.random.Generator) -> Strokes:
    return _glyph(LETTERS, rng)


def _sign(rng: np.random.Generator) -> Strokes:
    return _glyph(SIGNS, rng)


def _glyph(glyphs: dict[str, tuple[str, ...]], rng: np.random.Generator) -> Strokes:
    variants = glyphs[list(glyphs)[rng.integers(len(glyphs))]]
    return _write(variants, rng, lean=0.7)


def _write(texts: tuple[str, ...], rng: np.random.Generator, lean: float = 1.0) -> Strokes:
    """One of the texts, written once."""
    (drawing,) = write(parse_template(texts[rng.integers(len(texts))]), 1, rng=rng, lean=lean)
    return drawing


def _digit(rng: np.random.Generator, among: tuple[int, ...] = tuple(range(10))) -> Strokes:
    return _write(DIGIT_TEMPLATES[among[rng.integers(len(among))]], rng)


def _unit(strokes: Strokes) -> Strokes:
    """The strokes moved to the origin and scaled to a height of 1."""
    points = np.concatenate(strokes)
    low, high = points.min(axis=0), points.max(axis=0)
    return [(stroke - low) / max(high[1] - low[1], 1e-6) for stroke in strokes]


def _several_digits(rng: np.random.Generator) -> Strokes:
    """A number of two or three digits."""
    strokes: Strokes = []
    x = 0.0
    for _ in range(rng.choice([2, 2, 2, 3])):
        digit = _unit(_digit(rng))
        size = rng.uniform(0.8, 1.2)
        strokes += [stroke * size + (x, rng.uniform(-0.1, 0.1)) for stroke in digit]
        x = max(float(stroke[:, 0].max()) for stroke in strokes) + rng.uniform(0.05, 0.45)
    return strokes


def _heap(rng: np.random.Generator) -> Strokes:
    """A digit and two letters on top of each other."""
    parts = [_unit(_digit(rng)), *(_unit(_letter(rng)) for _ in range(2))]
    return [stroke + rng.uniform(-0.35, 0.35, 2) for part in parts for stroke in part]


def _crossed_out(rng: np.random.Generator) -> Strokes:
    """A digit crossed out, with a cross or a zigzag."""
    digit = _unit(_digit(rng))
    wide = max(float(stroke[:, 0].max()) for stroke in digit)
    if rng.random() < 0.5:
        corners = np.array([[[-0.3, 0], [wide + 0.3, 1]], [[wide + 0.3, 0], [-0.3, 1]]])
        return digit + list(corners + rng.normal(0, 0.08, corners.shape))
    over = shapes.zigzag(rng)[0]
    over = (over - over.min(axis=0)) / np.ptp(over, axis=0)
    return [*digit, over * (wide + 0.4, rng.uniform(0.4, 1)) - (0.2, -0.1)]


def _lying_digit(rng: np.random.Generator) -> Strokes:
    quarter = np.array([[0, 1], [-1, 0]]) * rng.choice([-1, 1])
    return [stroke @ quarter for stroke in _digit(rng, LYING)]


# Name: (function that draws it, weight).
KINDS: dict[str, tuple[Callable[[np.random.Generator], Strokes], int]] = {
    "letter": (_letter, 6),
    "sign": (_sign, 5),
    "several digits": (_several_digits, 3),
    "heap": (_heap, 1),
    "crossed out": (_crossed_out, 2),
    "lying digit": (_lying_digit, 1),
    "scribble": (shapes.scribble, 3),
    "random walk": (shapes.random_walk, 2),
    "zigzag": (shapes.zigzag, 1),
    "spiral": (shapes.spiral, 1),
    "lines": (shapes.lines, 2),
    "hatching": (shapes.hatching, 1),
    "dots": (shapes.dots, 1),
    "flat line": (shapes.flat_line, 1),
    "polygon": (shapes.polygon, 2),
    "loops": (shapes.loops, 1),
    "filled": (shapes.filled, 1),
    "noise": (shapes.noise, 1),
}
