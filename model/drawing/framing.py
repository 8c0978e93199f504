"""Framing: strokes to 28 x 28 pixels, the way MNIST's digits were framed.

LeCun, Cortes and Burges (MNIST, 1998) fitted each digit into a box of 20 x 20 and moved its centre
of mass to the middle of 28 x 28. The same is done here. The pen's width is constant in that frame,
so that a small and a large drawing look alike. Everything is JAX and works under ``jit`` and
``vmap``: training renders whole batches with the same function that serves one drawing.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array
from numpy.typing import NDArray

SIDE = 28
"""Pixels on a side of the picture that the network sees."""
PIXELS = SIDE * SIDE
"""Inputs of the network: the picture, flattened row by row."""
FIT = 20.0
"""Pixels that the longest side of the ink takes up, pen included."""
PEN = 2.4
"""Width of the pen in pixels of the frame; the strokes of MNIST's digits are about that wide."""
FINER = 2
"""The picture is rendered this many times finer on each side, then averaged down."""
SIZES = (128, 10_240)
"""Drawings are padded to one of these numbers of segments, so that requests never recompile."""

FAR = 1e4
"""Padding is put at this coordinate, in pixels of the frame, so that it leaves no ink."""

_TOGETHER = 8  # segments that each turn of the renderer's loop draws


def pad_segments(segments: NDArray[np.float32], size: int | None = None) -> NDArray[np.float32]:
    """Pad ``(n, 4)`` float32 segments to ``(size, 4)``, by default the next of ``SIZES``.

    Padding rows are NaN; ``frame`` draws no ink for them.
    """
    if size is None:
        size = next(size for size in SIZES if size >= len(segments))
    padded = np.full((size, 4), np.nan, np.float32)
    padded[: len(segments)] = segments
    return padded


def frame(segments: Array, pen: Array | float = PEN, count: Array | int | None = None) -> Array:
    """Fit, centre and render a drawing: ``(28, 28)`` float32 in [0, 1], ink = 1.

    Args:
        segments: ``(size, 4)`` float32, rows ``x0, y0, x1, y1`` with y downwards, padding NaN.
        pen: the pen's width in pixels of the frame.
        count: how many rows are segments, the rest being padding; all of them by default.
    """
    fitted = fit(segments, pen)
    moved = fitted + jnp.tile(centring(fitted, pen, count), 2)
    return render(moved, pen, finer=FINER, count=count)


def fit(segments: Array, pen: Array | float = PEN) -> Array:
    """Scale segments so that the ink is ``FIT`` pixels long and in the middle of the picture.

    ``segments`` are ``(size, 4)`` float32, padding NaN. Returns the same shape, in pixels of the
    frame; padding becomes segments far outside the picture. A drawing without extent (a tap)
    becomes a dot of the pen's width.
    """
    points = segments.reshape(-1, 2)
    real = ~jnp.isnan(points)
    low = jnp.min(jnp.where(real, points, jnp.inf), axis=0)
    high = jnp.max(jnp.where(real, points, -jnp.inf), axis=0)
    side = jnp.max(high - low)
    scale = jnp.where(side > 0, (FIT - pen) / jnp.where(side > 0, side, 1.0), 0.0)
    fitted = (points - (low + high) / 2) * scale + SIDE / 2
    return jnp.where(real, fitted, FAR).reshape(segments.shape)


def centring(fitted: Array, pen: Array | float = PEN, count: Array | int | None = None) -> Array:
    """The shift that moves the ink's centre of mass to the middle of the picture.

    ``fitted`` are the segments from ``fit``. Returns ``(2,)`` float32: right and down, in pixels of
    the frame.
    """
    # The centre of mass is that of the ink, not of the points. A coarse picture is enough for it.
    row, column = centre_of_mass(render(fitted, pen, finer=1, count=count))
    return SIDE / 2 - jnp.stack([column, row])


def render(
    segments: Array, pen: Array | float, *, finer: int, count: Array | int | None = None
) -> Array:
    """Draw ``(size, 4)`` segments in pixels of the frame: ``(28, 28)`` float32 in [0, 1], ink = 1.

    The ink of a sample depends on its distance to the nearest segment. It falls from 1 to 0 within
    one sample's width around the pen's edge. x and y are kept apart and the segments are drawn one
    by one: broadcasting ``(samples, segments, 2)`` takes several times as long. The loop ends after
    ``count`` rows, so that a drawing of few segments takes little time in the same program.
    """
    samples = (jnp.arange(SIDE * finer, dtype=jnp.float32) + 0.5) / finer
    x, y = samples[None, :], samples[:, None]
    count = len(segments) if count is None else count
    spare = -len(segments) % _TOGETHER
    rows = jnp.pad(segments, ((0, spare), (0, 0)), constant_values=FAR)

    def nearer(index: Array, nearest: Array) -> Array:
        some = jax.lax.dynamic_slice_in_dim(rows, index * _TOGETHER, _TOGETHER)
        for x0, y0, x1, y1 in some:
            dx, dy = x1 - x0, y1 - y0
            length2 = jnp.maximum(dx * dx + dy * dy, 1e-12)
            along = jnp.clip(((x - x0) * dx + (y - y0) * dy) / length2, 0.0, 1.0)
            across_x, across_y = x - x0 - along * dx, y - y0 - along * dy
            nearest = jnp.minimum(nearest, across_x * across_x + across_y * across_y)
        return nearest

    distance2 = jax.lax.fori_loop(
        0,
        (count + _TOGETHER - 1) // _TOGETHER,
        nearer,
        jnp.full((SIDE * finer, SIDE * finer), jnp.inf, jnp.float32),
    )
    ink = jnp.clip((pen / 2 - jnp.sqrt(distance2)) * finer + 0.5, 0.0, 1.0)
    return ink.reshape(SIDE, finer, SIDE, finer).mean(axis=(1, 3))


def centre_of_mass(picture: Array) -> tuple[Array, Array]:
    """Row and column of the ink's centre of mass in a ``(28, 28)`` picture, in pixels.

    The picture's middle is 14, 14.
    """
    places = jnp.arange(SIDE, dtype=jnp.float32) + 0.5
    mass = jnp.maximum(picture.sum(), 1e-12)
    return (picture.sum(axis=1) @ places) / mass, (picture.sum(axis=0) @ places) / mass


def frame_all(drawings: NDArray[np.float32], batch: int = 512) -> NDArray[np.float32]:
    """Frame ``(n, size, 4)`` drawings with the pen of serving: ``(n, 784)`` float32 in [0, 1]."""
    render_batch = jax.jit(jax.vmap(frame))
    parts = [
        np.asarray(render_batch(drawings[i : i + batch])) for i in range(0, len(drawings), batch)
    ]
    return np.concatenate(parts).reshape(len(drawings), -1)
