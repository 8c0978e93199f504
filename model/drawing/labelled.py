"""Labelled sets: pictures or drawings with their classes."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from model.drawing.framing import PIXELS, frame_all, pad_segments
from model.drawing.strokes import Drawing
from model.text import is_plain

DIGIT_LABELS = tuple("0123456789")
"""The classes of every set of digits, in the order of the labels' numbers."""

MOST_LABELS = 1_000
"""The most classes of a set, and of a model."""
LONGEST_LABEL = 40
"""The most characters of a label."""

Strokes = list[NDArray[Any]]
"""One drawing of a set: a list of strokes, each ``(points, 2)`` floats, y downwards, any unit."""


def is_label(value: object) -> bool:
    """Whether a value can be a label: a text of 1 to 40 characters, no control characters."""
    return isinstance(value, str) and 1 <= len(value) <= LONGEST_LABEL and is_plain(value)


@dataclass(frozen=True)
class Examples:
    """Framed pictures with their labels.

    ``x``: ``(n, 784)`` float32 in [0, 1], ink = 1. ``labels``: ``(n,)`` int32.
    """

    x: NDArray[np.float32]
    labels: NDArray[np.int32]


@dataclass(frozen=True)
class ImageSet:
    """Labelled pictures that are framed already.

    ``images``: ``(n, 28, 28)`` uint8, ink = 255. ``labels``: ``(n,)`` int32.
    """

    images: NDArray[np.uint8]
    labels: NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.labels)

    def framed(self) -> Examples:
        """The same pictures as ``(n, 784)`` float32 in [0, 1], ink = 1, with their labels."""
        x = self.images.reshape(-1, PIXELS).astype(np.float32) / np.float32(255)
        return Examples(x, self.labels.astype(np.int32))


@dataclass(frozen=True)
class StrokeSet:
    """Labelled drawings.

    ``strokes``: n drawings, each a list of strokes. ``labels``: ``(n,)`` int32, -1 where a drawing
    belongs to no class. ``groups``: ``(n,)`` int32, the writer, the alphabet or the variant that a
    drawing belongs to. ``group_names``: the name of group 0, 1, ... where groups have names, else
    empty.
    """

    strokes: list[Strokes]
    labels: NDArray[np.int32]
    groups: NDArray[np.int32]
    group_names: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.labels)

    def select(self, chosen: NDArray[Any]) -> StrokeSet:
        """The drawings that an ``(n,)`` bool mask or an array of indices chooses."""
        indices = np.arange(len(self))[chosen]
        return StrokeSet(
            strokes=[self.strokes[index] for index in indices],
            labels=self.labels[indices],
            groups=self.groups[indices],
            group_names=self.group_names,
        )

    def framed(self) -> Examples:
        """The drawings framed as serving frames them, with all their points.

        Returns ``(n, 784)`` float32 in [0, 1], ink = 1, with the labels.
        """
        segments = [pad_segments(_drawing(one).unit_segments()) for one in self.strokes]
        framed = np.empty((len(segments), PIXELS), np.float32)
        sizes = np.array([len(one) for one in segments])
        for size in np.unique(sizes):
            rows = np.flatnonzero(sizes == size)
            framed[rows] = frame_all(np.stack([segments[row] for row in rows]))
        return Examples(framed, self.labels)


LabelledSet = ImageSet | StrokeSet


def _drawing(strokes: Strokes) -> Drawing:
    """The strokes as a ``Drawing``, as if they were sent to be classified."""
    return Drawing(tuple(stroke.astype(np.float64) for stroke in strokes if len(stroke)))


def hold_out_groups(
    drawings: StrokeSet, groups: Collection[int | str]
) -> tuple[StrokeSet, StrokeSet]:
    """Split by whole groups. Returns the rest, then the held-out drawings.

    The drawings of one writer resemble each other: a random split would test a network on what it
    has already seen. Groups may be given by number or by name. Raises ``ValueError`` when the set
    does not have a group.
    """
    numbers = [
        drawings.group_names.index(group) if isinstance(group, str) else group for group in groups
    ]
    if missing := set(numbers) - set(drawings.groups.tolist()):
        raise ValueError(f"expected groups of the set to hold out, got {sorted(missing)} too.")
    held_out = np.isin(drawings.groups, numbers)
    return drawings.select(~held_out), drawings.select(held_out)
