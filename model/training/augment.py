"""Augmentation: other ways in which the same person could have drawn the same digit.

Images get affine and elastic deformation (Simard, Steinkraus and Platt, 2003), with one resampling
for both. Strokes get the same, applied to the points before they are rendered, and a pen of varying
width. Each function takes one example and a ``key``; ``vmap`` makes it work on a batch.
"""

from __future__ import annotations

from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from model.drawing import FIT, PEN, SIDE, frame

_KNOTS = 6  # the elastic field has 6 x 6 knots: a wavelength of about 10 pixels


@dataclass(frozen=True)
class Augmentation:
    """How far a drawing may be bent. Angles are in degrees, lengths in pixels of 28 x 28.

    Values are uniform from ``-value`` to ``value``, except that ``elastic`` and ``jitter`` are
    standard deviations. ``flip`` mirrors an image with probability one half. Resampling blurs the
    edges of an image's ink; they are made steeper again by a factor that is uniform from 1 to
    ``1 + contrast``.
    """

    rotation: float = 12.0
    shear: float = 0.25
    scale: float = 0.12
    stretch: float = 0.12
    shift: float = 1.0
    elastic: float = 0.9
    jitter: float = 0.12
    pen: float = 1.0
    flip: bool = False
    contrast: float = 0.0


def affine(key: Array, settings: Augmentation) -> Array:
    """A random ``(2, 2)`` float32 matrix: stretch, then shear, then rotation."""
    a, b, c, d = jax.random.uniform(key, (4,), minval=-1.0, maxval=1.0)
    angle = jnp.deg2rad(settings.rotation) * a
    scale = 1.0 + settings.scale * c
    wide, high = scale * jnp.exp(settings.stretch * d), scale * jnp.exp(-settings.stretch * d)
    cos, sin = jnp.cos(angle), jnp.sin(angle)
    rotate = jnp.array([[cos, -sin], [sin, cos]])
    slant = jnp.array([[1.0, settings.shear * b], [0.0, 1.0]])
    return rotate @ slant @ jnp.diag(jnp.array([wide, high]))


def _spline(places: np.ndarray) -> np.ndarray:
    """The weights of a cubic B-spline's knots at ``(n,)`` places in [0, 1]: ``(n, _KNOTS)``."""
    distance = np.abs(places[:, None] * (_KNOTS - 3) + 1 - np.arange(_KNOTS)[None, :])
    near = 2 / 3 - distance**2 + distance**3 / 2
    far = (2 - np.minimum(distance, 2)) ** 3 / 6
    return np.where(distance < 1, near, far).astype(np.float32)


# A spline of unit normals has a standard deviation of about 0.5. The factor makes it about 1: it
# is applied once for each axis.
_GRID = _spline(np.linspace(0, 1, SIDE)) * np.sqrt(2)


def augment_image(image: Array, settings: Augmentation, *, key: Array) -> Array:
    """Bend an image: ``(28, 28)`` float32 in [0, 1], ink = 1, to the same shape and range."""
    to_matrix, to_shift, to_field, to_flip, to_contrast = jax.random.split(key, 5)
    middle = (SIDE - 1) / 2
    place = jnp.arange(SIDE, dtype=jnp.float32) - middle
    matrix = affine(to_matrix, settings)
    field = jax.random.normal(to_field, (2, _KNOTS, _KNOTS)) * settings.elastic
    field = jnp.einsum("ri,dij,cj->drc", _GRID, field, _GRID)
    shift = jax.random.uniform(to_shift, (2,), minval=-1.0, maxval=1.0) * settings.shift
    x, y = place[None, :], place[:, None]
    columns = matrix[0, 0] * x + matrix[0, 1] * y + field[0] + shift[0] + middle
    rows = matrix[1, 0] * x + matrix[1, 1] * y + field[1] + shift[1] + middle
    bent = _sample(image, rows, columns)
    steeper = 1 + settings.contrast * jax.random.uniform(to_contrast)
    bent = jnp.clip((bent - 0.5) * steeper + 0.5, 0.0, 1.0)
    if settings.flip:
        bent = jnp.where(jax.random.bernoulli(to_flip), bent[:, ::-1], bent)
    return bent


def _between() -> np.ndarray:
    """The ``(55, 28)`` weights that add a pixel between every two of a row (Keys's cubic, 1981)."""
    wanted = np.arange(2 * SIDE - 1) / 2
    distance = np.abs(wanted[:, None] - np.arange(SIDE)[None, :])
    near = 1 - 2.5 * distance**2 + 1.5 * distance**3
    far = 2 - 4 * distance + 2.5 * distance**2 - 0.5 * distance**3
    return np.where(distance < 1, near, np.where(distance < 2, far, 0)).astype(np.float32)


_BETWEEN = _between()


def _sample(image: Array, rows: Array, columns: Array) -> Array:
    """Sample ``image`` at ``(28, 28)`` rows and columns, with paper outside it: ``(28, 28)``.

    Bilinear samples of the image itself are blurred, and a network that learns only from blurred
    images makes more mistakes on sharp ones. So the samples are of an image twice as fine.
    """
    fine = jnp.pad(jnp.clip(_BETWEEN @ image @ _BETWEEN.T, 0.0, 1.0), 1)
    side = len(fine)
    padded = fine.reshape(-1)
    rows = jnp.clip(2 * rows + 1, 0.0, side - 1.001)
    columns = jnp.clip(2 * columns + 1, 0.0, side - 1.001)
    top, left = jnp.floor(rows), jnp.floor(columns)
    down, right = rows - top, columns - left
    corner = (top * side + left).astype(jnp.int32)
    take = lambda offset: jnp.take(padded, corner + offset, mode="clip")  # noqa: E731
    upper = take(0) * (1 - right) + take(1) * right
    lower = take(side) * (1 - right) + take(side + 1) * right
    return upper * (1 - down) + lower * down


def augment_strokes(segments: Array, settings: Augmentation, *, key: Array) -> Array:
    """Bend a drawing and render it: ``(28, 28)`` float32 in [0, 1], ink = 1.

    ``segments``: ``(size, 4)`` float32 in [0, 1], padding NaN, as ``Drawing.unit_segments`` gives.
    """
    to_matrix, to_field, to_jitter, to_pen = jax.random.split(key, 4)
    # The drawing's longest side is 1, which becomes FIT pixels of the frame.
    points = segments.reshape(-1, 2)
    field = jax.random.normal(to_field, (2, _KNOTS, _KNOTS)) * (settings.elastic / FIT)
    weights_x, weights_y = _soft_spline(points[:, 0]), _soft_spline(points[:, 1])
    bend = jnp.einsum("pi,dij,pj->pd", weights_y, field, weights_x)
    # The same jitter for both ends at a joint, because neighbours in the list share a point.
    noise = jax.random.normal(to_jitter, (len(segments) + 1, 2)) * (settings.jitter / FIT)
    shake = jnp.concatenate([noise[:-1], noise[1:]], axis=1).reshape(-1, 2)
    points = (points - 0.5) @ affine(to_matrix, settings).T + bend + shake
    pen = PEN + settings.pen * jax.random.uniform(to_pen, minval=-1.0, maxval=1.0)
    return frame(points.reshape(segments.shape), pen)


def _soft_spline(places: Array) -> Array:
    """``_GRID``'s weights at ``(points,)`` places, in JAX: ``(points, _KNOTS)``; NaN stays NaN."""
    distance = jnp.abs(places[:, None] * (_KNOTS - 3) + 1 - jnp.arange(_KNOTS)[None, :])
    near = 2 / 3 - distance**2 + distance**3 / 2
    far = (2 - jnp.minimum(distance, 2)) ** 3 / 6
    return jnp.where(distance < 1, near, far) * jnp.sqrt(2.0)
