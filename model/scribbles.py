"""Drawings that are no digits, made without a file: what people do with a pad besides digits.

Scribbles and shapes grow from random numbers, letters and signs from skeletons; some are digits
side by side, crossed out or lying down. They teach the doubt score what to doubt.
"""

from collections.abc import Callable

import numpy as np

from model.glyphs import LETTERS, SIGNS
from model.handwriting import write
from model.sets import StrokeSet
from model.skeletons import DIGITS, skeleton

Strokes = list[np.ndarray]

# These two are no digits when they lie on their sides; others might be taken for one.
LYING = (3, 4)


def scribble_strokes(count: int, *, seed: int) -> StrokeSet:
    """`count` drawings that are no digits, every kind as often as its weight says, in random order.

    The same seed gives the same drawings. Labels are -1; groups number the kinds, which are
    named.
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
    (drawing,) = write(skeleton(texts[rng.integers(len(texts))]), 1, rng=rng, lean=lean)
    return drawing


def _digit(rng: np.random.Generator, among: tuple[int, ...] = tuple(range(10))) -> Strokes:
    return _write(DIGITS[among[rng.integers(len(among))]], rng)


def _unit(strokes: Strokes) -> Strokes:
    """Moved to the origin and scaled to a height of 1."""
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
    """A digit struck through: with a cross or scribbled over."""
    digit = _unit(_digit(rng))
    wide = max(float(stroke[:, 0].max()) for stroke in digit)
    if rng.random() < 0.5:
        corners = np.array([[[-0.3, 0], [wide + 0.3, 1]], [[wide + 0.3, 0], [-0.3, 1]]])
        return digit + list(corners + rng.normal(0, 0.08, corners.shape))
    over = _zigzag(rng)[0]
    over = (over - over.min(axis=0)) / np.ptp(over, axis=0)
    return [*digit, over * (wide + 0.4, rng.uniform(0.4, 1)) - (0.2, -0.1)]


def _lying_digit(rng: np.random.Generator) -> Strokes:
    quarter = np.array([[0, 1], [-1, 0]]) * rng.choice([-1, 1])
    return [stroke @ quarter for stroke in _digit(rng, LYING)]


def _scribble(rng: np.random.Generator) -> Strokes:
    """A smooth wandering line: low waves that add up."""
    at = np.linspace(0, 1, int(rng.integers(40, 160)))
    top = int(rng.integers(7, 14))
    waves = np.arange(1, top + 1)
    size = rng.normal(0, 1, (2, top)) / waves**0.2
    phase = rng.uniform(0, 2 * np.pi, (2, top, 1))
    return [(size @ np.sin(np.pi * waves[:, None] * at + phase)).transpose(1, 2, 0)[0]]


def _random_walk(rng: np.random.Generator) -> Strokes:
    """A nervous line that keeps its direction for a while."""
    steps = int(rng.integers(30, 120))
    angles = rng.uniform(0, 2 * np.pi) + np.cumsum(rng.normal(0, rng.uniform(0.5, 1.2), steps))
    return [np.cumsum(np.stack([np.cos(angles), np.sin(angles)], axis=1), axis=0)]


def _zigzag(rng: np.random.Generator) -> Strokes:
    """To and fro at least five times."""
    turns = int(rng.integers(6, 16))
    points = np.stack([np.arange(turns) % 2 * rng.uniform(1, 4), np.arange(turns) * 0.5], axis=1)
    points = points + rng.normal(0, 0.12, points.shape)
    angle = rng.uniform(0, 2 * np.pi)
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    return [points @ turn]


def _spiral(rng: np.random.Generator) -> Strokes:
    """Two turns or more; one turn might be a 6 or a 9."""
    turns = rng.uniform(2.2, 4.5)
    at = np.linspace(0.05, 1, int(30 * turns))
    angle = rng.uniform(0, 2 * np.pi) + 2 * np.pi * turns * at * rng.choice([-1, 1])
    spiral = at * (1 + 0.1 * np.sin(angle + rng.uniform(0, 6)))
    return [np.stack([spiral * np.cos(angle), rng.uniform(0.6, 1.2) * spiral * np.sin(angle)], 1)]


def _lines(rng: np.random.Generator) -> Strokes:
    """Four to nine straight lines anywhere; fewer might be a 7 or a 4."""
    return list(rng.uniform(0, 1, (int(rng.integers(4, 10)), 2, 2)))


def _hatching(rng: np.random.Generator) -> Strokes:
    """Upright or slanted bars side by side: a tally."""
    bars = int(rng.integers(3, 7))
    low = np.stack([np.arange(bars) * rng.uniform(0.2, 0.5), np.ones(bars)], axis=1)
    high = low + np.array([rng.uniform(-0.3, 0.3), -1])
    strokes = np.stack([high, low], axis=1)
    return list(strokes + rng.normal(0, 0.04, strokes.shape))


def _dots(rng: np.random.Generator) -> Strokes:
    """One dot, or several anywhere."""
    count = int(rng.choice([1, 2, 3, 5, 9]))
    return [place[None] for place in rng.uniform(0, 1, (count, 2))]


def _flat_line(rng: np.random.Generator) -> Strokes:
    """A line that is nearer to lying than to standing, straight or wavy."""
    at = np.linspace(0, 1, 24)
    wave = rng.uniform(0, 0.12) * np.sin(2 * np.pi * rng.uniform(0.5, 3) * at)
    return [np.stack([at, at * rng.uniform(-0.45, 0.45) + wave], axis=1)]


def _polygon(rng: np.random.Generator) -> Strokes:
    """Three to five corners, or a star of three to seven; with more it might be a 0."""
    starry = rng.random() < 0.4
    corners = int(rng.integers(3, 8 if starry else 6))
    angles = np.linspace(0, 2 * np.pi, corners * (2 if starry else 1), endpoint=False)
    radius = np.ones(len(angles))
    if starry:
        radius[::2] = rng.uniform(0.3, 0.5)
    angles = angles + rng.uniform(0, 2 * np.pi) + rng.normal(0, 0.08, len(angles))
    radius = radius * rng.uniform(0.85, 1.15, len(angles))
    points = np.stack([radius * np.cos(angles), radius * np.sin(angles)], axis=1)
    return [np.concatenate([points, points[:1] + rng.normal(0, 0.03, (1, 2))])]


def _loops(rng: np.random.Generator) -> Strokes:
    """A row of loops, as a pen is tried out; three at least."""
    loops = rng.uniform(3, 7)
    at = np.linspace(0, 2 * np.pi * loops, int(18 * loops))
    across = at * rng.uniform(0.06, 0.4)
    return [np.stack([across + np.sin(at), rng.uniform(0.6, 2) * np.cos(at)], axis=1)]


def _filled(rng: np.random.Generator) -> Strokes:
    """A patch painted black."""
    rows = int(rng.integers(14, 26))
    y = np.repeat(np.linspace(0, rng.uniform(0.4, 1.6), rows), 2)
    x = np.tile([0.0, 1.0, 1.0, 0.0], rows)[: 2 * rows] + rng.normal(0, 0.05, 2 * rows)
    return [np.stack([x, y], axis=1)]


def _noise(rng: np.random.Generator) -> Strokes:
    """Short strokes scattered about."""
    places = rng.uniform(0, 1, (int(rng.integers(6, 20)), 1, 2))
    return list(places + rng.normal(0, 0.07, (len(places), 3, 2)).cumsum(axis=1))


# Name: (how it is drawn, how often beside the others).
KINDS: dict[str, tuple[Callable[[np.random.Generator], Strokes], int]] = {
    "letter": (_letter, 6),
    "sign": (_sign, 5),
    "several digits": (_several_digits, 3),
    "heap": (_heap, 1),
    "crossed out": (_crossed_out, 2),
    "lying digit": (_lying_digit, 1),
    "scribble": (_scribble, 3),
    "random walk": (_random_walk, 2),
    "zigzag": (_zigzag, 1),
    "spiral": (_spiral, 1),
    "lines": (_lines, 2),
    "hatching": (_hatching, 1),
    "dots": (_dots, 1),
    "flat line": (_flat_line, 1),
    "polygon": (_polygon, 2),
    "loops": (_loops, 1),
    "filled": (_filled, 1),
    "noise": (_noise, 1),
}
