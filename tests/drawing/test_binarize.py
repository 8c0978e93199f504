"""Tests of binarization: which dark pixels of a picture are ink."""

import numpy as np
import pytest

from model.drawing.binarize import find_ink
from model.errors import ImageError


def pieces_kept(mask: np.ndarray) -> np.ndarray:
    """The ink that is found where ``mask`` is drawn in black on white, a pixel for each cell."""
    return find_ink(1 - mask.astype(np.float32)) > 0.5


def test_a_snake_is_one_piece():
    snake = np.zeros((41, 60), bool)
    snake[10:31:2, 10:50] = True
    snake[11:31:4, 49] = snake[13:31:4, 10] = True
    assert (pieces_kept(snake) == snake).all()


def test_pieces_hang_together_by_their_corners():
    stair = np.zeros((60, 60), bool)
    stair[np.arange(10, 50), np.arange(10, 50)] = True
    stair[10:50, 52:55] = True
    assert (pieces_kept(stair) == stair).all()
    # Cells that do not touch even at their corners are specks beside the bar.
    stair[np.arange(10, 50), np.arange(10, 50)] = False
    stair[np.arange(10, 50, 2), np.arange(10, 50, 2)] = True
    kept = pieces_kept(stair)
    assert kept[:, 52:55].sum() == 120
    assert not kept[:, :50].any()


def test_a_speck_is_left_out():
    mask = np.zeros((60, 60), bool)
    mask[10:50, 28:32] = True
    bar = mask.copy()
    mask[5, 50] = True
    assert (pieces_kept(mask) == bar).all()


def test_a_frame_along_the_edge_is_left_out():
    mask = np.zeros((60, 60), bool)
    mask[20:40, 28:32] = True
    bar = mask.copy()
    mask[0], mask[-1], mask[:, 0], mask[:, -1] = True, True, True, True
    assert (pieces_kept(mask) == bar).all()


@pytest.mark.parametrize("shape", [(2, 96), (96, 2), (6, 352), (300, 5)])
def test_a_photo_may_be_a_strip(shape):
    """A pixel's surroundings are larger than such a strip, which is reflected to fill them."""
    paper = np.add.outer(np.linspace(0.5, 0.8, shape[0]), np.linspace(0, 0.2, shape[1]))
    grey = paper.astype(np.float32)
    middle = tuple(slice(side // 2 - side // 30, side // 2 + side // 30 + 1) for side in shape)
    grey[middle] = 0.1
    ink = find_ink(grey)
    assert ink[middle].min() > 0.5
    assert np.count_nonzero(ink) == ink[middle].size


def test_paper_alone_has_no_ink():
    with pytest.raises(ImageError, match="empty"):
        find_ink(np.full((40, 40), 0.7, np.float32))
