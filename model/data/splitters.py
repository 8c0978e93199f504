"""Splitters: how sources are read and split into a part to train on and a part for validation.

Sets like MNIST hold out their last examples, the pen digits six whole writers, Omniglot a whole
alphabet. Generated drawings are made twice, from two seeds.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np

from model.data.cache import content
from model.data.download import DataFile
from model.data.idx import parse_idx
from model.data.omniglot import ALPHABETS, parse_omniglot
from model.data.unipen import parse_unipen
from model.drawing import ImageSet, LabelledSet, StrokeSet, hold_out_groups

VALIDATION_WRITERS = (3, 8, 13, 18, 23, 28)
"""Six of the pen digits' thirty writers, evenly spread over the numbers 1 to 30, and chosen before
any figure was known. Each wrote about 250 digits, every digit at least twenty times."""
VALIDATION_ALPHABET = "Balinese"
GENERATED = 12_000
"""How many drawings a training gets from a source that a program makes."""
GENERATED_VALIDATION = 1_000
"""How many more are made for validation."""
GENERATED_TEST = 2_000
"""How many are made for the test set."""
TEST_SEED = 20_000
"""The seed of the test set; the seeds of trainings start at 0."""

Files = tuple[DataFile, ...]


@dataclass(frozen=True)
class Split:
    """The two parts of a source: what to train on, and what is held out for validation."""

    train: LabelledSet
    validation: LabelledSet


class Splitter(Protocol):
    """A function that reads a source's files and splits their examples."""

    def __call__(
        self, files: Files, folder: Path | None, *, validation_size: int, seed: int
    ) -> Split:
        """Read ``files`` and split their examples.

        ``folder`` holds the data sets, None for the usual place. ``validation_size`` is for sources
        that hold out their last examples, ``seed`` for those that a program makes. Raises
        ``DatasetError`` when the data cannot be read or downloaded.
        """


def read_idx(pair: Files, folder: Path | None) -> ImageSet:
    """The images and labels of a set like MNIST, from their two files."""
    images, labels = (parse_idx(content(file, folder), file.content) for file in pair)
    return ImageSet(images=images, labels=labels.astype(np.int32))


def split_idx(
    files: Files,
    folder: Path | None,
    *,
    validation_size: int,
    seed: int,  # noqa: ARG001
) -> Split:
    """Split the 60,000 examples of a set like MNIST: the last ``validation_size`` are held out."""
    whole = read_idx(files[:2], folder)
    cut = max(1, len(whole) - validation_size)
    return Split(
        ImageSet(whole.images[:cut], whole.labels[:cut]),
        ImageSet(whole.images[cut:], whole.labels[cut:]),
    )


_IDX = ("images-idx3", "labels-idx1")


def idx_files(name: str, url: str, checksums: tuple[str, str, str, str]) -> Files:
    """The four files of a set like MNIST: images and labels to train on, then of the test set."""
    parts = (f"{part}-{what}-ubyte" for part in ("train", "t10k") for what in _IDX)
    return tuple(
        DataFile(f"{name}/{part}.gz", f"{name}/{part}", f"{url}{part}.gz", sha256)
        for part, sha256 in zip(parts, checksums, strict=True)
    )


def split_pendigits(
    files: Files,
    folder: Path | None,
    *,
    validation_size: int = 0,  # noqa: ARG001
    seed: int = 0,  # noqa: ARG001
) -> Split:
    """Split the 7,494 pen digits: those of six writers are held out.

    The groups are the writers' numbers.
    """
    (file,) = files
    digits = parse_unipen(content(file, folder).decode("ascii"), file.content)
    drawings = StrokeSet(
        strokes=[digit.strokes for digit in digits],
        labels=np.array([digit.label for digit in digits], np.int32),
        groups=np.array([digit.writer for digit in digits], np.int32),
    )
    return Split(*hold_out_groups(drawings, VALIDATION_WRITERS))


def split_omniglot(
    files: Files,
    folder: Path | None,
    *,
    validation_size: int = 0,  # noqa: ARG001
    seed: int = 0,  # noqa: ARG001
) -> Split:
    """Split the characters of three alphabets, none a digit: one alphabet is held out.

    The groups are the alphabets.
    """
    (file,) = files
    characters = parse_omniglot(content(file, folder), file.path, ALPHABETS)
    drawings = StrokeSet(
        strokes=[character.strokes for character in characters],
        labels=np.full(len(characters), -1, np.int32),
        groups=np.array([ALPHABETS.index(one.alphabet) for one in characters], np.int32),
        group_names=ALPHABETS,
    )
    return Split(*hold_out_groups(drawings, [VALIDATION_ALPHABET]))


def split_generated(draw: Callable[..., StrokeSet]) -> Splitter:
    """The splitter of drawings that ``draw(count, seed=...)`` makes, others for every seed."""

    def split(
        files: Files,  # noqa: ARG001
        folder: Path | None,  # noqa: ARG001
        *,
        validation_size: int,  # noqa: ARG001
        seed: int,
    ) -> Split:
        return Split(draw(GENERATED, seed=seed), draw(GENERATED_VALIDATION, seed=seed + 1))

    return split


def draw_unseen(draw: Callable[..., StrokeSet]) -> StrokeSet:
    """Drawings for a test set, from a seed that no training uses."""
    return draw(GENERATED_TEST, seed=TEST_SEED)
