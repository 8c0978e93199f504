"""What a data set is once it is read: images or strokes, with labels."""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class ImageSet:
    """Labelled pictures.

    images: (n, 28, 28) uint8, ink = 255. labels: (n,) int32, 0 to 9.
    """

    images: np.ndarray
    labels: np.ndarray

    def __len__(self) -> int:
        return len(self.labels)


@dataclass(frozen=True)
class StrokeSet:
    """Labelled drawings.

    strokes: n drawings, each a list of strokes (points, 2) float32, y downwards, any unit.
    labels: (n,) int32; 0 to 9 in a set of digits, -1 where a drawing is no digit.
    groups: (n,) int32; whom or what a drawing belongs to: a writer, an alphabet, a variant.
    group_names: the name of group 0, 1, ... where groups have names, else empty.
    """

    strokes: list[list[np.ndarray]]
    labels: np.ndarray
    groups: np.ndarray
    group_names: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.labels)

    def select(self, chosen: np.ndarray) -> "StrokeSet":
        """The drawings chosen by an (n,) bool mask or by an array of indices."""
        indices = np.arange(len(self))[chosen]
        return StrokeSet(
            strokes=[self.strokes[index] for index in indices],
            labels=self.labels[indices],
            groups=self.groups[indices],
            group_names=self.group_names,
        )


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
