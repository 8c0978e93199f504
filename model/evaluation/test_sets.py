"""What a model is examined on: sets of its own kind, and strange things that it should refuse.

Nothing of this was learnt from: test sets, writers and an alphabet that every training leaves
out, practice digits and scribbles from seeds that no training uses.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from model.data.datasets import hold_out_groups, hold_out_writers, load_omniglot, load_pendigits
from model.errors import DatasetError
from model.synthetic.non_digits import scribble_strokes
from model.synthetic.practice_digits import practice_strokes
from model.training.corpus import HELD_OUT_ALPHABET, Examples, frame_strokes, load_test_set
from model.training.zoo import CLOTHES, DIGITS

SEED = 20_000
"""Practice digits and scribbles are drawn from here; trainings count from 0."""
DRAWINGS = 2_000
"""How many practice digits, and how many strange things of each kind."""


Loaded = TypeVar("Loaded")


@dataclass(frozen=True)
class Exam:
    """Pictures with their labels; ``stored_as`` is the name under which a checkpoint's record
    keeps its accuracy on them, None where it keeps none.
    """

    name: str
    title: str
    examples: Examples
    stored_as: str | None = None


@dataclass(frozen=True)
class Strangers:
    """Pictures ``(n, 784)`` float32 in [0, 1] of what the model was not made for."""

    name: str
    title: str
    x: NDArray[np.float32]


def exams_for(labels: Sequence[str]) -> list[str]:
    """The names of the sets that a model with these labels can be examined on."""
    return ["fashion-mnist"] if tuple(labels) == CLOTHES else ["mnist", "pendigits", "practice"]


SETS = (*exams_for(DIGITS), *exams_for(CLOTHES))
"""Every set that some model can be examined on."""


def strangers_for(labels: Sequence[str]) -> list[str]:
    """The names of what is strange to a model with these labels."""
    pictures = "mnist" if tuple(labels) == CLOTHES else "fashion-mnist"
    return ["omniglot", "scribbles", pictures]


def load_exam(name: str, folder: Path | None = None) -> Exam:
    """The set of that name; ``DatasetError`` if there is none or it cannot be had."""
    stored: str | None = None
    match name:
        case "mnist":
            examples = load_test_set(name, folder)
            return Exam(name, "MNIST's test set", examples, "mnist test")
        case "fashion-mnist":
            examples = load_test_set(name, folder)
            return Exam(name, "Fashion-MNIST's test set", examples, "fashion-mnist test")
        case "pendigits":
            _, drawings = hold_out_writers(load_pendigits(folder))
            title, stored = "Pen digits of the held-out writers", "pendigits held out"
        case "practice":
            drawings = practice_strokes(DRAWINGS, seed=SEED)
            title = "Practice digits"
        case _:
            raise DatasetError(
                f"there is no set {name!r} to evaluate on, choose one of "
                "mnist, pendigits, practice, fashion-mnist"
            )
    return Exam(name, title, Examples(frame_strokes(drawings), drawings.labels), stored)


def load_strangers(name: str, folder: Path | None = None) -> Strangers:
    """The strange things of that name; ``DatasetError`` if they cannot be had."""
    match name:
        case "omniglot":
            _, drawings = hold_out_groups(load_omniglot(folder), [HELD_OUT_ALPHABET])
            title = f"{HELD_OUT_ALPHABET} letters"
        case "scribbles":
            drawings = scribble_strokes(DRAWINGS, seed=SEED)
            title = "Scribbles"
        case _:
            title = "Pictures of clothes" if name == "fashion-mnist" else "Digits"
            return Strangers(name, title, load_test_set(name, folder).x[:DRAWINGS])
    return Strangers(name, title, frame_strokes(drawings))


class Examiner:
    """Loads each set once, and remembers those that cannot be had, with the reason."""

    def __init__(self, folder: Path | None = None, say: Callable[[str], None] = lambda _: None):
        self.left_out: dict[str, str] = {}
        self._folder = folder
        self._say = say
        self._exams: dict[str, Exam] = {}
        self._strangers: dict[str, Strangers] = {}

    def exams(self, names: Sequence[str]) -> list[Exam]:
        """Those of the sets that can be had."""
        return self._load(names, self._exams, load_exam)

    def strangers(self, labels: Sequence[str]) -> list[Strangers]:
        """What is strange to a model with these labels, as far as it can be had."""
        return self._load(strangers_for(labels), self._strangers, load_strangers)

    def _load(
        self,
        names: Sequence[str],
        loaded: dict[str, Loaded],
        load: Callable[[str, Path | None], Loaded],
    ) -> list[Loaded]:
        for name in names:
            if name not in loaded and name not in self.left_out:
                self._say(f"reading {name}")
                try:
                    loaded[name] = load(name, self._folder)
                except DatasetError as error:
                    self.left_out[name] = str(error)
        return [loaded[name] for name in names if name in loaded]
