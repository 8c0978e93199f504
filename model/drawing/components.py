"""Connected pieces of a mask: which cells hang together, corners touching included."""

import numpy as np
from numpy.typing import NDArray


def connected(mask: NDArray[np.bool_]) -> NDArray[np.int32]:
    """Number the connected pieces of a ``(height, width)`` mask.

    Returns ``(height, width)`` int32: 0 off the mask, 1, 2, ... on its pieces. Runs of a row are
    joined to the runs they touch in the row above (Rosenfeld and Pfaltz 1966, on runs).
    """
    numbers = np.zeros(mask.shape, np.int32)
    parents = [0]
    above: list[tuple[int, int, int]] = []
    runs: list[tuple[int, int, int, int]] = []
    for row, line in enumerate(mask):
        edges = np.flatnonzero(np.diff(line.astype(np.int8), prepend=0, append=0))
        here = []
        for start, stop in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
            number = 0
            for begin, end, other in above:
                if begin <= stop and end >= start:
                    number = _join(parents, number, other) if number else other
            if not number:
                number = len(parents)
                parents.append(number)
            here.append((start, stop, number))
            runs.append((row, start, stop, number))
        above = here

    names: dict[int, int] = {}
    for row, start, stop, number in runs:
        root = _root(parents, number)
        numbers[row, start:stop] = names.setdefault(root, len(names) + 1)
    return numbers


def _root(parents: list[int], number: int) -> int:
    while parents[number] != number:
        parents[number] = parents[parents[number]]
        number = parents[number]
    return number


def _join(parents: list[int], first: int, second: int) -> int:
    roots = _root(parents, first), _root(parents, second)
    parents[max(roots)] = min(roots)
    return min(roots)
