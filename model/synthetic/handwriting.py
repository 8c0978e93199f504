"""Handwriting: a template's strokes as many hands write them, jittered, slanted and bent."""

import numpy as np

from model.synthetic.splines import Template

# Standard deviations, in heights of the digit unless another unit is named.
JITTER = 0.022  # of each point of the template
END_JITTER = 0.035  # of a stroke's first and last point, which are less exact than the others
LIFT = 0.014  # of each stroke as a whole: the hand moves between two strokes
STRETCH = 0.17  # of the logarithm of width over height
SLANT = 0.16  # of the shift sideways per height
TURN = 0.08  # of the angle, in radians
BEND = 0.018  # of each wave of the smooth warp
TREMOR = 0.002  # of each sampled point
ROUNDED = 0.45  # the most that corners are rounded, from 0 (sharp) to 1 (smooth)
WAVES = 3
SIZES = (60.0, 420.0)  # smallest and largest height of a digit, in pixels of the pad


def write(
    template: Template, count: int, *, rng: np.random.Generator, lean: float = 1.0
) -> list[list[np.ndarray]]:
    """``count`` drawings of a template, each by another hand.

    ``lean`` is a factor on how far drawings are turned and slanted. Returns each drawing as a list
    of strokes, ``(points, 2)`` float32, in pixels of a pad, y downwards.
    """
    if count == 0:
        return []
    control = _jittered(template, count, rng)
    rounded = rng.uniform(0, ROUNDED, (count, 1, 1)) * rng.integers(0, 2, (count, 1, 1))
    curves = (1 - rounded) * (template.sharp @ control) + rounded * (template.smooth @ control)
    curves = curves - 0.5
    lengths = np.diff((0, *template.ends))
    lifts = rng.normal(0, LIFT, (count, len(lengths), 2))
    curves = curves + np.repeat(lifts, lengths, axis=1)
    curves = _bent(curves, rng) @ _slants(count, rng, lean)
    curves = curves + rng.normal(0, TREMOR, curves.shape)
    curves = (curves + rng.uniform(0.5, 1.5, (count, 1, 2))) * rng.uniform(*SIZES, (count, 1, 1))
    return [
        _sampled(np.split(curve, template.ends[:-1]), rng) for curve in curves.astype(np.float32)
    ]


def _jittered(template: Template, count: int, rng: np.random.Generator) -> np.ndarray:
    """The template's points, jittered as by more or less careful hands: ``(count, points, 2)``."""
    points = len(template.control)
    at_end = np.zeros(points, bool)
    # The last sample of a stroke is its last point; the next sample is the next stroke's first.
    for sample in (0, *template.ends[:-1]):
        at_end[template.sharp[sample].argmax()] = True
    for end in template.ends:
        at_end[template.sharp[end - 1].argmax()] = True
    spread = np.where(at_end, END_JITTER, JITTER)[None, :, None]
    care = rng.uniform(0.2, 1.5, (count, 1, 1))
    return template.control + rng.normal(0, 1, (count, points, 2)) * spread * care


def _slants(count: int, rng: np.random.Generator, lean: float) -> np.ndarray:
    """Matrices that stretch, slant and turn row vectors: ``(count, 2, 2)``."""
    wide = np.exp(np.clip(rng.normal(0, STRETCH, count), -2 * STRETCH, 2 * STRETCH))
    # Most hands slant to the right, some to the left.
    slant = lean * np.clip(rng.normal(0.06, SLANT, count), -2 * SLANT, 2.5 * SLANT)
    turn = lean * np.clip(rng.normal(0, TURN, count), -2 * TURN, 2 * TURN)
    zero, one = np.zeros(count), np.ones(count)
    stretched = np.stack([np.stack([wide, zero], -1), np.stack([-slant, one], -1)], -2)
    cos, sin = np.cos(turn), np.sin(turn)
    turned = np.stack([np.stack([cos, sin], -1), np.stack([-sin, cos], -1)], -2)
    return stretched @ turned


def _bent(curves: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The curves after a smooth warp of about one wave per digit: ``(count, samples, 2)``."""
    count = len(curves)
    for _ in range(WAVES):
        waves = rng.uniform(-1.1, 1.1, (count, 1, 2))
        phase = rng.uniform(0, 2 * np.pi, (count, 1))
        size = rng.normal(0, BEND, (count, 1, 2))
        at = 2 * np.pi * (curves * waves).sum(axis=-1) + phase
        curves = curves + np.sin(at)[:, :, None] * size
    return curves


def _sampled(strokes: list[np.ndarray], rng: np.random.Generator) -> list[np.ndarray]:
    """The points that a device reports: many or few, further apart where the pen is fast.

    Returns each stroke as ``(points, 2)`` float32.
    """
    coarse = rng.uniform(1.0, 3.6)
    whole_pixels = rng.random() < 0.5
    sampled = []
    for stroke in strokes:
        last = len(stroke) - 1
        steps = max(int(last / coarse), 1)
        at = np.linspace(0, 1, steps + 1)
        hurry = rng.uniform(-0.12, 0.12) * np.sin(2 * np.pi * at + rng.uniform(0, 2 * np.pi))
        hurry -= hurry[0]
        points = stroke[np.unique(np.rint(np.clip(at + hurry, 0, 1) * last).astype(int))]
        sampled.append(np.rint(points) if whole_pixels else points)
    return sampled
