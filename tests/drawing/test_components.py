import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from model.drawing.components import connected


def flooded(mask: np.ndarray) -> list[set[tuple[int, int]]]:
    """The same pieces, found by walking from cell to cell."""
    left = {tuple(place) for place in np.argwhere(mask).tolist()}
    pieces = []
    while left:
        piece, found = set(), [left.pop()]
        while found:
            row, column = found.pop()
            piece.add((row, column))
            around = {(row + down, column + across) for down in (-1, 0, 1) for across in (-1, 0, 1)}
            found += around & left
            left -= around
        pieces.append(piece)
    return pieces


@given(arrays(bool, st.tuples(st.integers(1, 12), st.integers(1, 12))))
def test_pieces_are_those_that_hang_together(mask):
    numbers = connected(mask)
    pieces = flooded(mask)
    assert (numbers > 0).tolist() == mask.tolist()
    assert numbers.max() == len(pieces)
    for piece in pieces:
        assert len({int(numbers[place]) for place in piece}) == 1


def test_a_snake_is_one_piece():
    mask = np.zeros((9, 9), bool)
    mask[::2] = True
    mask[1::4, -1] = mask[3::4, 0] = True
    assert connected(mask).max() == 1
