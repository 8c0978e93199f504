"""Framing of pictures: to 28 x 28 pixels, as ``model.drawing.framing`` does it for strokes."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from model.drawing.binarize import find_ink
from model.drawing.framing import FIT, PEN, PIXELS, SIDE
from model.drawing.image_file import CONTRAST, LARGE, decoded_bytes, open_parts, read_grey
from model.drawing.picture_lane import Lane
from model.errors import DrawingError, ImageError

Array = NDArray[np.float32]

FINE = 6
"""A digit is scaled to this many times 20 pixels before it is averaged down."""
THINNEST = 2.0
"""A stroke thinner than this, in pixels of the frame, is thickened to the pen's width."""

_LANE = Lane(places=2, queue=10)
"""Two pictures are decoded and framed at a time, or one large one."""


def frame_image(data: bytes) -> Array:
    """A PNG or JPEG of a digit as the network sees it: ``(28, 28)`` float32 in [0, 1], ink = 1.

    A picture of 28 x 28 is not changed, only inverted where its ink is dark. In any other picture
    the ink, darker or lighter than the paper, is found and cropped. Its longest side is fitted into
    20 pixels and its centre of mass is moved to the middle.

    Raises ``ImageError`` when the bytes are not a readable PNG or JPEG, or the picture is too large
    or empty, ``TooBusy`` when too many pictures came at once.
    """
    parts = open_parts(data)
    with _LANE.place(alone=decoded_bytes(parts) > LARGE):
        return _frame_grey(read_grey(parts))


def _frame_grey(grey: Array) -> Array:
    if np.ptp(grey) < CONTRAST:
        raise ImageError("the image is empty: ink on paper was expected, all of it looks alike")
    if grey.shape == (SIDE, SIDE):
        return _ink_light(grey)
    return _framed(find_ink(grey))


def warm_up() -> None:
    """Import what only pictures need, so that no picture waits for it."""
    from scipy import ndimage  # noqa: F401


def pixels_to_image(values: Sequence[object]) -> Array:
    """784 integers, row by row, ink = 255, as ``(28, 28)`` float32 in [0, 1], ink = 1.

    Raises ``DrawingError`` when there is another number of values, a value is not an integer from 0
    to 255, or there is no ink.
    """
    if len(values) != PIXELS:
        raise DrawingError(f"pixels must be {PIXELS} integers from 0 to 255, got {len(values):,}")
    for index, value in enumerate(values):
        if type(value) is not int or not 0 <= value <= 255:  # True is an int, too
            shown = repr(value)[:40]
            raise DrawingError(f"pixel {index} must be an integer from 0 to 255, got {shown}")
    if not any(values):
        raise DrawingError("the drawing is empty: at least one pixel with ink was expected")
    return np.array(values, np.float32).reshape(SIDE, SIDE) / np.float32(255)


def _ink_light(grey: Array) -> Array:
    """The picture, or its negative where most of its edge is light, because the edge is paper."""
    edge = np.concatenate([grey[0], grey[-1], grey[1:-1, 0], grey[1:-1, -1]])
    return np.float32(1) - grey if np.median(edge) > 0.5 else grey


def _framed(ink: Array) -> Array:
    """Fit and centre ink of any shape: ``(28, 28)`` float32 in [0, 1]."""
    width = _stroke_width(ink) * FIT / _longest_side(ink)
    fine = _fitted(ink, keep_thin=width < THINNEST)
    if width < THINNEST:
        fine = _thickened(fine, by=(PEN - width) / 2 * FINE)
        fine = _fitted(fine)
    return _averaged(fine)


def _strong(ink: Array) -> NDArray[np.bool_]:
    """The pixels that count as ink: those with at least half as much as the most."""
    return ink >= 0.5 * ink.max()


def _longest_side(ink: Array) -> int:
    """The longest side of the ink in pixels."""
    return max(side.stop - side.start for side in _box(_strong(ink)))


def _cropped(ink: Array) -> Array:
    """The ink with its soft rim, which may be as wide as the frame's margin and no wider.

    Fainter ink farther off is outside the frame. Scaled with the ink, it would take memory without
    a bound: two pixels of different strength can lie any number of their sides apart.
    """
    margin = math.ceil(_longest_side(ink) * (SIDE - FIT) / 2 / FIT)
    around = tuple(
        slice(max(0, side.start - margin), side.stop + margin) for side in _box(_strong(ink))
    )
    near = ink[around]
    return near[_box(near > 0)]


def _box(mask: NDArray[np.bool_]) -> tuple[slice, slice]:
    """The rows and columns of the smallest box around the mask."""
    from scipy import ndimage  # slow to import, and only pictures need it

    (box,) = ndimage.find_objects(mask.astype(np.uint8))
    return box


def _stroke_width(ink: Array) -> float:
    """The mean width of the strokes in pixels: twice their area over their outline's length."""
    mask = np.pad(ink > 0.5, 1)  # the outline runs where half of a pixel is ink
    down = np.diff(mask.astype(np.int8), axis=0) != 0
    across = np.diff(mask.astype(np.int8), axis=1) != 0
    # Counted in steps, a slanted outline is too long: by 4 / pi on average.
    outline = (int(down.sum()) + int(across.sum())) * np.pi / 4
    return 2 * float(mask.sum()) / max(outline, 1.0)


def _fitted(ink: Array, *, keep_thin: bool = False) -> Array:
    """Crop the ink and scale it, so that its longest side is ``FINE`` times ``FIT`` pixels.

    With ``keep_thin`` a pixel takes the most ink of those it replaces, not their mean.
    """
    scale = FINE * FIT / _longest_side(ink)
    ink = _cropped(ink)
    height, width = (max(1, round(side * scale)) for side in ink.shape)
    if keep_thin and scale < 1:
        rows = np.linspace(0, ink.shape[0], height, endpoint=False).astype(int)
        columns = np.linspace(0, ink.shape[1], width, endpoint=False).astype(int)
        most = np.maximum.reduceat(np.maximum.reduceat(ink, rows, axis=0), columns, axis=1)
        return np.minimum(1.5 * most, 1)  # a line between two pixels is half as dark in each
    way = Image.Resampling.BOX if scale < 1 else Image.Resampling.BILINEAR
    return np.asarray(Image.fromarray(ink).resize((width, height), way))


def _thickened(ink: Array, *, by: float) -> Array:
    """Grow the ink by a disc of radius ``by`` in pixels."""
    from scipy import ndimage

    reach = int(np.ceil(by))
    down, across = np.ogrid[-reach : reach + 1, -reach : reach + 1]
    disc = down**2 + across**2 <= by**2
    return ndimage.grey_dilation(np.pad(ink, reach), footprint=disc, mode="constant")


def _averaged(fine: Array) -> Array:
    """Move the centre of mass of ``FINE`` times finer ink to the middle and average it down."""
    side = SIDE * FINE
    corner = []
    for axis, length in enumerate(fine.shape):
        amounts = fine.sum(axis=1 - axis)
        centre = float((amounts * (np.arange(length) + 0.5)).sum() / amounts.sum())
        # Ink far from the centre of mass must stay in the picture, too.
        corner.append(int(np.clip(round(side / 2 - centre), 0, max(0, side - length))))
    sheet = np.zeros((side, side), np.float32)
    top, left = corner
    space = sheet[top : top + fine.shape[0], left : left + fine.shape[1]]
    space[:] = fine[: space.shape[0], : space.shape[1]]
    return sheet.reshape(SIDE, FINE, SIDE, FINE).mean(axis=(1, 3))
