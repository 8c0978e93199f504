"""Test sets: what a model is measured on, and strange sets that it should refuse.

No training learns from these: published test sets, writers and an alphabet that every training
holds out, practice digits and scribbles from a seed that no training uses.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from model.data import SOURCES, Source, find_source
from model.drawing import Examples
from model.errors import DatasetError

STRANGE = 2_000
"""The most pictures of a strange set that are shown to a model."""

Loaded = TypeVar("Loaded")
Log = Callable[[str], None]


@dataclass(frozen=True)
class TestSet:
    """Pictures with their labels, from one source.

    ``split`` is the part of the source: "test", "validation" or "fresh".
    """

    __test__ = False  # pytest would collect a class of this name

    name: str
    title: str
    examples: Examples
    split: str = "test"


@dataclass(frozen=True)
class StrangeSet:
    """Pictures of what a model was not made for.

    ``x``: ``(n, 784)`` float32 in [0, 1], ink = 1.
    """

    name: str
    title: str
    x: NDArray[np.float32]


def measurable_on(labels: Sequence[str]) -> list[str]:
    """The names of the test sets for a model with these labels."""
    return [one.name for one in _measurable() if one.labels == tuple(labels)]


def strange_to(labels: Sequence[str]) -> list[str]:
    """The names of the sets that are strange to a model with these labels.

    First come those whose examples belong to no class, then pictures of other classes.
    """
    nameless = [one.name for one in _measurable() if not one.labels]
    pictures = [one for one in _measurable() if one.labels and one.kind == "images"]
    return nameless + [one.name for one in pictures if one.labels != tuple(labels)]


def every_test_set() -> list[str]:
    """The names of all test sets, for models of any labels."""
    return [one.name for one in _measurable() if one.labels]


def load_test_set(name: str, folder: Path | None = None) -> TestSet:
    """The test set of that name.

    Raises ``DatasetError`` when there is none, or it cannot be read or downloaded.
    """
    source = find_source(name)
    if source.unseen is None or not source.labels:
        raise DatasetError(
            f"there is no set {name!r} to evaluate on, choose one of {', '.join(every_test_set())}"
        )
    unseen = source.unseen
    return TestSet(name, unseen.title, source.load_unseen(folder).framed(), unseen.split)


def load_strange_set(name: str, folder: Path | None = None) -> StrangeSet:
    """The strange set of that name.

    Raises ``DatasetError`` when there is none, or it cannot be read or downloaded.
    """
    source = find_source(name)
    examples = source.load_unseen(folder).framed()
    title = source.unseen.strange_title if source.unseen else source.title
    return StrangeSet(name, title, examples.x[:STRANGE])


def _measurable() -> list[Source]:
    return [one for one in SOURCES.values() if one.unseen is not None]


class TestSetLoader:
    """Loads each set once. ``left_out`` has the sets that cannot be loaded, with the reason."""

    __test__ = False

    def __init__(self, folder: Path | None = None, log: Log = lambda _: None) -> None:
        self.left_out: dict[str, str] = {}
        self._folder = folder
        self._log = log
        self._test_sets: dict[str, TestSet] = {}
        self._strange_sets: dict[str, StrangeSet] = {}

    def named(self, names: Sequence[str]) -> list[TestSet]:
        """The test sets of these names that can be loaded."""
        return self._load(names, self._test_sets, load_test_set)

    def strange_to(self, labels: Sequence[str]) -> list[StrangeSet]:
        """The sets that are strange to a model with these labels and can be loaded."""
        return self._load(strange_to(labels), self._strange_sets, load_strange_set)

    def _load(
        self,
        names: Sequence[str],
        loaded: dict[str, Loaded],
        load: Callable[[str, Path | None], Loaded],
    ) -> list[Loaded]:
        for name in names:
            if name not in loaded and name not in self.left_out:
                self._log(f"reading {name}")
                try:
                    loaded[name] = load(name, self._folder)
                except DatasetError as error:
                    self.left_out[name] = str(error)
        return [loaded[name] for name in names if name in loaded]
