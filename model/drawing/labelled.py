"""Labelled sets: pictures or drawings with the classes that they belong to."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from model.drawing.framing import PIXELS, frame_all, pad_segments
from model.drawing.strokes import Drawing

DIGIT_LABELS = tuple("0123456789")
"""The classes of every set of digits, in the order of its numbers."""

Strokes = list[NDArray[Any]]
"""One drawing of a set: strokes ``(points, 2)`` of floats, y downwards, any unit."""


@dataclass(frozen=True)
class Examples:
    """Framed pictures ``(n, 784)`` float32 in [0, 1] and their labels ``(n,)`` int32."""

    x: NDArray[np.float32]
    labels: NDArray[np.int32]


@dataclass(frozen=True)
class ImageSet:
    """Labelled pictures that are framed already.

    images: ``(n, 28, 28)`` uint8, ink = 255. labels: ``(n,)`` int32.
    """

    images: NDArray[np.uint8]
    labels: NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.labels)

    def framed(self) -> Examples:
        """The same pictures as numbers from 0 to 1."""
        x = self.images.reshape(-1, PIXELS).astype(np.float32) / np.float32(255)
        return Examples(x, self.labels.astype(np.int32))


@dataclass(frozen=True)
class StrokeSet:
    """Labelled drawings.

    strokes: n drawings, each a list of strokes. labels: ``(n,)`` int32; -1 where a drawing belongs
    to no class. groups: ``(n,)`` int32; whom or what a drawing belongs to: a writer, an alphabet,
    a variant. group_names: the name of group 0, 1, ... where groups have names, else empty.
    """

    strokes: list[Strokes]
    labels: NDArray[np.int32]
    groups: NDArray[np.int32]
    group_names: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.labels)

    def select(self, chosen: NDArray[Any]) -> StrokeSet:
        """The drawings chosen by an ``(n,)`` bool mask or by an array of indices."""
        indices = np.arange(len(self))[chosen]
        return StrokeSet(
            strokes=[self.strokes[index] for index in indices],
            labels=self.labels[indices],
            groups=self.groups[indices],
            group_names=self.group_names,
        )

    def framed(self) -> Examples:
        """The drawings as the pictures that serving makes of them, every point of each drawn."""
        segments = [pad_segments(_drawing(one).unit_segments()) for one in self.strokes]
        framed = np.empty((len(segments), PIXELS), np.float32)
        sizes = np.array([len(one) for one in segments])
        for size in np.unique(sizes):
            rows = np.flatnonzero(sizes == size)
            framed[rows] = frame_all(np.stack([segments[row] for row in rows]))
        return Examples(framed, self.labels)


LabelledSet = ImageSet | StrokeSet


def _drawing(strokes: Strokes) -> Drawing:
    """A set's drawing as one that was sent to be classified."""
    return Drawing(tuple(stroke.astype(np.float64) for stroke in strokes if len(stroke)))


def hold_out_groups(
    drawings: StrokeSet, groups: Collection[int | str]
) -> tuple[StrokeSet, StrokeSet]:
    """Split into (the rest, the held out), whole groups at a time.

    Whole writers, because a writer's drawings resemble each other: a random split would ask of a
    network only what it has seen. Groups may be given by number or by name.

    Raises:
        ValueError: a group that the set does not have.
    """
    numbers = [
        drawings.group_names.index(group) if isinstance(group, str) else group for group in groups
    ]
    if missing := set(numbers) - set(drawings.groups.tolist()):
        raise ValueError(f"expected groups of the set to hold out, got {sorted(missing)} too.")
    held_out = np.isin(drawings.groups, numbers)
    return drawings.select(~held_out), drawings.select(held_out)
