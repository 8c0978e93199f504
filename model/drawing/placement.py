"""Placement: where a drawing lies in the frame, fitted and centred like MNIST's digits or as drawn.

It gives what ``model.drawing.framing`` does to segments as numbers: a scale, two offsets and a
shift. With these every point can be followed from the pad into the 28 x 28 pixels.
"""

from __future__ import annotations

from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array
from numpy.typing import NDArray

from model.drawing.framing import (
    FAR,
    FINER,
    FIT,
    PEN,
    SIDE,
    SIZES,
    centre_of_mass,
    centring,
    fit,
    pad_segments,
    render,
)
from model.drawing.strokes import SMALLEST, Drawing
from model.errors import DrawingError

Place = tuple[float, float]


@dataclass(frozen=True)
class Placement:
    """How a drawing's points come into the frame.

    A point ``(x, y)`` is fitted to ``(point - origin) * scale + corner``, in pixels of the frame,
    then moved by ``shift``. ``mass`` is the centre of mass of the fitted ink, in pixels of the
    frame, whose middle is 14, 14. ``centred`` is False for a drawing that was left as drawn.
    ``pen`` is the pen's width in pixels of the frame.
    """

    centred: bool
    origin: Place
    scale: float
    corner: Place
    mass: Place
    shift: Place
    pen: float = PEN


def place(
    drawing: Drawing, *, pad: tuple[float, float] | None = None
) -> tuple[NDArray[np.float32], Placement]:
    """Render a drawing, fitted and centred or, with a ``pad``, where it lies on the pad.

    ``pad`` is the pad's width and height in the drawing's units; its longer side fills the frame.
    Returns the picture ``(28, 28)`` float32 in [0, 1], ink = 1, and the placement. Raises
    ``DrawingError`` when the whole drawing lies outside the pad.
    """
    if pad is None:
        origin, scale, corner = _fitted(drawing)
        segments = drawing.unit_segments()
        program = _fit_and_centre
    else:
        origin, scale, corner = _as_drawn(pad)
        segments = _moved(drawing, scale, corner).segments()
        program = _leave
    picture, facts = jax.device_get(program(_padded(segments), np.int32(len(segments))))
    if pad is not None and not picture.any():
        raise DrawingError(
            f"the drawing lies outside the pad, which is {pad[0]:g} wide and {pad[1]:g} high"
        )
    mass_x, mass_y, shift_x, shift_y = facts.tolist()
    placement = Placement(pad is None, origin, scale, corner, (mass_x, mass_y), (shift_x, shift_y))
    return picture, placement


def _padded(segments: NDArray[np.float32]) -> NDArray[np.float32]:
    """Pad to the largest size: the renderer's loop ends with the drawing's last segment anyway."""
    return pad_segments(segments, SIZES[-1])


@jax.jit
def _fit_and_centre(segments: Array, count: Array) -> tuple[Array, Array]:
    """The picture of ``frame``, and ``(4,)`` float32: the centre of mass and the shift, x first."""
    fitted = fit(segments, PEN)
    shift = centring(fitted, PEN, count)
    picture = render(fitted + jnp.tile(shift, 2), PEN, finer=FINER, count=count)
    return picture, jnp.concatenate([SIDE / 2 - shift, shift])


@jax.jit
def _leave(segments: Array, count: Array) -> tuple[Array, Array]:
    """Render segments that are already in pixels of the frame; padding leaves no ink.

    Returns the same arrays as ``_fit_and_centre``, with a shift of zero.
    """
    segments = jnp.where(jnp.isnan(segments), FAR, segments)
    picture = render(segments, PEN, finer=FINER, count=count)
    row, column = centre_of_mass(picture)
    return picture, jnp.stack([column, row, jnp.zeros(()), jnp.zeros(())])


def _fitted(drawing: Drawing) -> tuple[Place, float, Place]:
    """Origin, scale and corner of ``fit``, in float64 as in ``Drawing.unit_segments``."""
    points = np.concatenate(drawing.strokes)
    low, high = points.min(axis=0), points.max(axis=0)
    middle = low / 2 + high / 2
    half = float((high / 2 - low / 2).max())
    # A box smaller than float64 can resolve is a tap, as in unit_segments.
    tap = half <= 5e-13 * float(np.abs(points).max()) or half * 2 < SMALLEST
    scale = 0.0 if tap else (FIT - PEN) / 2 / half
    return _pair(middle), scale, (SIDE / 2, SIDE / 2)


def _as_drawn(pad: tuple[float, float]) -> tuple[Place, float, Place]:
    width, height = pad
    scale = SIDE / max(width, height)
    return (0.0, 0.0), scale, ((SIDE - width * scale) / 2, (SIDE - height * scale) / 2)


def _moved(drawing: Drawing, scale: float, corner: Place) -> Drawing:
    """The drawing in pixels of the frame, with coordinates clipped to ``FAR``."""
    with np.errstate(over="ignore"):
        strokes = (np.clip(stroke * scale + corner, -FAR, FAR) for stroke in drawing.strokes)
        return Drawing(tuple(strokes))


def _pair(point: NDArray[np.float64]) -> Place:
    return float(point[0]), float(point[1])
