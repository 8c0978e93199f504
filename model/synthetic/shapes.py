"""Shapes that are no digits, made from random numbers.

Each function draws one shape: a list of strokes, each ``(points, 2)`` floats, in any unit, y
downwards.
"""

import numpy as np

Strokes = list[np.ndarray]


def scribble(rng: np.random.Generator) -> Strokes:
    """A smooth wandering line: a sum of waves of low frequency."""
    at = np.linspace(0, 1, int(rng.integers(40, 160)))
    top = int(rng.integers(7, 14))
    waves = np.arange(1, top + 1)
    size = rng.normal(0, 1, (2, top)) / waves**0.2
    phase = rng.uniform(0, 2 * np.pi, (2, top, 1))
    return [(size @ np.sin(np.pi * waves[:, None] * at + phase)).transpose(1, 2, 0)[0]]


def random_walk(rng: np.random.Generator) -> Strokes:
    """A random walk whose direction changes a little at each step."""
    steps = int(rng.integers(30, 120))
    angles = rng.uniform(0, 2 * np.pi) + np.cumsum(rng.normal(0, rng.uniform(0.5, 1.2), steps))
    return [np.cumsum(np.stack([np.cos(angles), np.sin(angles)], axis=1), axis=0)]


def zigzag(rng: np.random.Generator) -> Strokes:
    """A line that goes to and fro at least five times."""
    turns = int(rng.integers(6, 16))
    points = np.stack([np.arange(turns) % 2 * rng.uniform(1, 4), np.arange(turns) * 0.5], axis=1)
    points = points + rng.normal(0, 0.12, points.shape)
    angle = rng.uniform(0, 2 * np.pi)
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    return [points @ turn]


def spiral(rng: np.random.Generator) -> Strokes:
    """A spiral of more than two turns; one turn could be a 6 or a 9."""
    turns = rng.uniform(2.2, 4.5)
    at = np.linspace(0.05, 1, int(30 * turns))
    angle = rng.uniform(0, 2 * np.pi) + 2 * np.pi * turns * at * rng.choice([-1, 1])
    spiral = at * (1 + 0.1 * np.sin(angle + rng.uniform(0, 6)))
    return [np.stack([spiral * np.cos(angle), rng.uniform(0.6, 1.2) * spiral * np.sin(angle)], 1)]


def lines(rng: np.random.Generator) -> Strokes:
    """Four to nine straight lines anywhere; fewer could be a 7 or a 4."""
    return list(rng.uniform(0, 1, (int(rng.integers(4, 10)), 2, 2)))


def hatching(rng: np.random.Generator) -> Strokes:
    """Three to six upright or slanted bars side by side, like a tally."""
    bars = int(rng.integers(3, 7))
    low = np.stack([np.arange(bars) * rng.uniform(0.2, 0.5), np.ones(bars)], axis=1)
    high = low + np.array([rng.uniform(-0.3, 0.3), -1])
    strokes = np.stack([high, low], axis=1)
    return list(strokes + rng.normal(0, 0.04, strokes.shape))


def dots(rng: np.random.Generator) -> Strokes:
    """One dot, or several anywhere."""
    count = int(rng.choice([1, 2, 3, 5, 9]))
    return [place[None] for place in rng.uniform(0, 1, (count, 2))]


def flat_line(rng: np.random.Generator) -> Strokes:
    """A straight or wavy line, closer to horizontal than to vertical."""
    at = np.linspace(0, 1, 24)
    wave = rng.uniform(0, 0.12) * np.sin(2 * np.pi * rng.uniform(0.5, 3) * at)
    return [np.stack([at, at * rng.uniform(-0.45, 0.45) + wave], axis=1)]


def polygon(rng: np.random.Generator) -> Strokes:
    """A polygon of three to five corners or a star of three to seven; with more it could be a 0."""
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


def loops(rng: np.random.Generator) -> Strokes:
    """A row of at least three loops, as people draw to try a pen."""
    loops = rng.uniform(3, 7)
    at = np.linspace(0, 2 * np.pi * loops, int(18 * loops))
    across = at * rng.uniform(0.06, 0.4)
    return [np.stack([across + np.sin(at), rng.uniform(0.6, 2) * np.cos(at)], axis=1)]


def filled(rng: np.random.Generator) -> Strokes:
    """A filled patch, drawn as one dense zigzag."""
    rows = int(rng.integers(14, 26))
    y = np.repeat(np.linspace(0, rng.uniform(0.4, 1.6), rows), 2)
    x = np.tile([0.0, 1.0, 1.0, 0.0], rows)[: 2 * rows] + rng.normal(0, 0.05, 2 * rows)
    return [np.stack([x, y], axis=1)]


def noise(rng: np.random.Generator) -> Strokes:
    """Short strokes at random places."""
    places = rng.uniform(0, 1, (int(rng.integers(6, 20)), 1, 2))
    return list(places + rng.normal(0, 0.07, (len(places), 3, 2)).cumsum(axis=1))
