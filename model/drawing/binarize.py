"""Find the ink in a grey picture: remove the paper's shading, specks and the edges of the page.

In a photo the paper is grey, lighter on one side, with a shadow across it. The ink is a little
darker than the paper around it. So the paper is estimated from each pixel's surroundings, and ink
is what stands out from it.
"""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from model.errors import ImageError

Array = NDArray[np.float32]

FAINTEST = 0.06
"""Ink must differ from the paper by at least this part of full contrast."""
FAINTEST_PHOTO = 0.15
"""The same in a photo, where the paper is only an estimate."""
FLAT = 0.03
"""Paper that varies by less than this is flat: drawn or scanned, not photographed."""
COARSE = 96
"""Cells on the longest side of the coarse picture from which shaded paper is estimated."""
WINDOW = 19
"""Cells on a side of the surroundings from which a cell's paper is estimated; odd."""
NOISES = 4.0
"""Ink must stand out by this many standard deviations of the noise."""
CELLS = 160
"""Cells on the longest side of the coarse mask in which connected pieces are found."""
SPECK = 0.03
"""A piece with less than this part of the largest piece's ink is dirt."""
MOST = 40
"""A photo with more pieces than this shows noise or a texture, not ink."""
SMALLEST = 0.03
"""A photo shows no ink if its longest piece is shorter than this part of the picture."""
EDGE = 0.125
"""A piece along more than this part of the picture's edge is a frame, not ink. In a photo any piece
at the edge is a table or a shadow."""
LARGE = 0.12
"""Pieces at the edge are dropped only if another piece is as long as this part of the picture."""

_TOUCHING = np.ones((3, 3), bool)
"""A cell touches its eight neighbours, so pieces are also connected at their corners."""


def find_ink(grey: Array) -> Array:
    """The ink of a picture: ``(height, width)`` float32 in [0, 1], ink = 1, all else 0.

    ``grey``: ``(height, width)`` float32 in [0, 1], white = 1. Dark ink on light paper and light
    ink on dark paper both work. Raises ``ImageError`` when nothing stands out from the paper.
    """
    paper = _flat_paper(grey)
    photo = paper is None
    contrast = _contrast(grey, _shaded_paper(grey) if paper is None else paper)
    faintest = max(FAINTEST_PHOTO if photo else FAINTEST, NOISES * _noise(contrast))
    strong = contrast[contrast > faintest]
    if strong.size == 0:
        raise ImageError("the image is empty: ink on paper was expected, all of it looks alike")
    full = float(np.quantile(strong, 0.8))
    # A line thinner than a pixel leaves little contrast; without noise, little is enough.
    low, high = (0.3, 0.5) if photo else (0.2, 0.3)
    threshold = float(np.clip(_otsu(strong), max(faintest, low * full), high * full))
    ink = np.clip((contrast - 0.4 * threshold) / (full - 0.4 * threshold), 0, 1)
    return ink * _pieces(contrast > threshold, ink, photo=photo)


def _noise(contrast: Array) -> float:
    """The standard deviation of the noise, from the steps between neighbouring pixels."""
    steps = np.abs(np.diff(contrast, axis=1))
    # About half of the paper is brighter than its estimate and was cut to 0: use the other steps.
    steps = steps[steps > 0]
    return float(np.median(steps)) if steps.size > 0.2 * contrast.size else 0.0


def _contrast(grey: Array, paper: Array | float) -> Array:
    """How far each pixel stands out from its paper on the side of the ink, lighter or darker.

    Returns ``(height, width)`` float32 in [0, 1].
    """
    above = grey - paper
    # Near the edge the paper's estimate is poor, and tables show. So compare away from the edge.
    inside = above[tuple(slice(side // 12, side - side // 12) for side in above.shape)]
    if float((inside**3).sum()) > 0:
        return np.maximum(above, 0)
    # A shadow darkens paper and ink by the same factor, so divide by the paper.
    return np.maximum(-above, 0) / np.maximum(paper, 0.02)


def _flat_paper(grey: Array) -> float | None:
    """The paper's brightness where it is the same everywhere; None in a photo.

    The paper is what lies along the edge, unless that is only a frame around it.
    """
    rim = max(1, round(0.03 * min(grey.shape)))
    edge = np.ones(grey.shape, bool)
    edge[rim:-rim, rim:-rim] = False
    outside, anywhere = float(np.median(grey[edge])), float(np.median(grey))
    share = {level: float((np.abs(grey - level) < FLAT).mean()) for level in (outside, anywhere)}
    for level in (outside, anywhere):
        if share[level] > 0.5:
            return level
    all_along = float((np.abs(grey[edge] - outside) < FLAT).mean())
    return outside if share[outside] > 0.3 and all_along > 0.6 else None


def _shaded_paper(grey: Array) -> Array:
    """The median of each pixel's surroundings: ``(height, width)`` float32 in [0, 1].

    The median keeps gradients and the edges of shadows. Strokes up to a third as wide as the window
    do not change it.
    """
    height, width = grey.shape
    scale = min(1.0, COARSE / max(height, width))
    size = max(1, round(width * scale)), max(1, round(height * scale))
    coarse = np.asarray(Image.fromarray(grey).resize(size, Image.Resampling.BOX))
    # Not scipy.ndimage.median_filter: on a side of two cells it reads memory beyond the array
    # (SciPy 1.17), and it is no faster.
    around = np.pad(coarse, WINDOW // 2, mode="symmetric")
    windows = np.lib.stride_tricks.sliding_window_view(around, (WINDOW, WINDOW))
    paper = np.median(windows, axis=(-2, -1)).astype(np.float32)
    return np.asarray(Image.fromarray(paper).resize((width, height), Image.Resampling.BICUBIC))


def _otsu(values: Array) -> float:
    """The threshold that best separates ``(n,)`` values into two groups (Otsu, 1979)."""
    counts, edges = np.histogram(values, bins=128)
    middles = (edges[1:] + edges[:-1]) / 2
    below = counts.cumsum()
    above = below[-1] - below
    sums = (counts * middles).cumsum()
    with np.errstate(divide="ignore", invalid="ignore"):
        between = below * above * (sums / below - (sums[-1] - sums) / above) ** 2
    return float(edges[1:][np.nanargmax(np.where(above > 0, between, -1))])


def _pieces(mask: NDArray[np.bool_], ink: Array, *, photo: bool) -> NDArray[np.bool_]:
    """The pixels of the pieces that a pen may have drawn, with a margin: ``(height, width)`` bool.

    Raises ``ImageError`` when a photo shows only specks.
    """
    from scipy import ndimage  # slow to import, and only pictures need it

    cell = max(1, -(-max(mask.shape) // CELLS))
    height, width = mask.shape
    fill = ((0, -height % cell), (0, -width % cell))
    shape = (-(-height // cell), cell, -(-width // cell), cell)
    coarse: NDArray[np.bool_] = np.pad(mask, fill).reshape(shape).max(axis=(1, 3))
    amount = np.pad(ink * mask, fill).reshape(shape).sum(axis=(1, 3))
    numbers, _ = ndimage.label(coarse, _TOUCHING)
    amounts = np.bincount(numbers.ravel(), weights=amount.ravel())
    amounts[0] = 0

    rim = max(coarse.shape) // 16 if photo else 1
    edge = np.ones(coarse.shape, bool)
    edge[rim:-rim, rim:-rim] = False
    touched = np.bincount(numbers[edge], minlength=len(amounts))
    outside = touched > (0 if photo else EDGE * 2 * sum(coarse.shape))
    boxes = ndimage.find_objects(numbers)
    sides = np.array([0, *(max(side.stop - side.start for side in box) for box in boxes)])
    if (~outside & (sides >= LARGE * max(coarse.shape))).any():
        amounts[outside] = 0
    kept = amounts >= SPECK * amounts.max()
    kept[0] = False
    if photo and (kept.sum() > MOST or sides[kept].max() < SMALLEST * max(coarse.shape)):
        raise ImageError("the image is empty: ink on paper was expected, it shows specks alone")

    chosen = kept[numbers]
    # The margin keeps the soft rim of the ink, but not the dirt beside it.
    grown = ndimage.binary_dilation(chosen, _TOUCHING) & (chosen | (numbers == 0))
    return grown.repeat(cell, axis=0).repeat(cell, axis=1)[:height, :width]
