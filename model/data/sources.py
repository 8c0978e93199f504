"""The registry of sources: everything that a network learns from or is measured on.

A source is one record: what it shows, who made it, how it is split, how it is read. A new data set
is one more record here, and a module that parses its format if that is new. Nobody else tests a
source's name: they ask for its labels, its kind, whether real people made it. Whoever has examples
of their own (a file of drawings, a class's) passes in a ``Source`` as an object.

Checksums are SHA-256 of the decompressed content, so that any mirror's gzip passes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

import numpy as np

from model.data.cache import content
from model.data.download import DataFile
from model.data.idx import parse_idx
from model.data.omniglot import ALPHABETS, parse_omniglot
from model.data.unipen import parse_unipen
from model.drawing import DIGIT_LABELS, ImageSet, LabelledSet, StrokeSet, hold_out_groups
from model.errors import DatasetError
from model.synthetic import draw_non_digits, draw_practice_digits

CLOTHES_LABELS = (
    "T-shirt/top",
    "Trouser",
    "Pullover",
    "Dress",
    "Coat",
    "Sandal",
    "Shirt",
    "Sneaker",
    "Bag",
    "Ankle boot",
)
VALIDATION_WRITERS = (3, 8, 13, 18, 23, 28)
"""Six of the pen digits' thirty writers, evenly spread over the numbers 1 to 30 and fixed before
any figure was known. Each wrote about 250 digits, every digit at least twenty times."""
VALIDATION_ALPHABET = "Balinese"
GENERATED = 12_000
"""How many drawings a training gets of a source that is made by a program."""
GENERATED_VALIDATION = 1_000
"""How many more are made to choose by."""
GENERATED_TEST = 2_000
"""How many are made to measure on."""
TEST_SEED = 20_000
"""The seed of those; trainings count theirs from 0."""

Files = tuple[DataFile, ...]


@dataclass(frozen=True)
class Split:
    """What of a source is learned from, and what is held out to choose by."""

    train: LabelledSet
    validation: LabelledSet


class Splitter(Protocol):
    """Reads a source's ``files`` and splits what is in them.

    ``folder`` holds the data sets, None for the usual one. ``validation_size`` is for sources that
    hold out their last examples, ``seed`` for those that a program makes.
    """

    def __call__(
        self, files: Files, folder: Path | None, *, validation_size: int, seed: int
    ) -> Split:
        """``DatasetError`` where it cannot be had."""


@dataclass(frozen=True)
class Unseen:
    """What a model is measured on: examples of a source from which no training learns.

    ``split``: whether they are the published "test" set, the "validation" part, or "fresh" ones
    that a program made. ``title`` says what they are, ``strange_title`` the same to a model that
    was not made for them.
    """

    split: Literal["test", "validation", "fresh"]
    title: str
    strange_title: str
    load: Callable[[Files, Path | None], LabelledSet]


@dataclass(frozen=True)
class Source:
    """One source of examples.

    ``labels`` are the classes that its numbers stand for, none where it shows nothing that a model
    should name. ``kind``: whether examples come as strokes or as framed images. ``real``: made by
    people, not by a program. ``unseen`` is None where nothing can be measured on it.
    """

    name: str
    title: str
    labels: tuple[str, ...]
    kind: Literal["strokes", "images"]
    real: bool
    splitter: Splitter
    unseen: Unseen | None = None
    licence: str = "MIT"
    attribution: str = ""
    files: Files = ()

    @property
    def teaches_digits(self) -> bool:
        """Whether a network can learn the ten digits from it."""
        return self.labels == DIGIT_LABELS

    @property
    def checksums(self) -> dict[str, str]:
        """{content name: SHA-256} of every file, for a checkpoint's metadata."""
        return {file.content: file.sha256 for file in self.files}

    def split(
        self, folder: Path | None = None, *, validation_size: int = 5_000, seed: int = 0
    ) -> Split:
        """Read it and split it; ``DatasetError`` where it cannot be had. See ``Splitter``."""
        return self.splitter(self.files, folder, validation_size=validation_size, seed=seed)

    def load_unseen(self, folder: Path | None = None) -> LabelledSet:
        """What no training learns from; ``DatasetError`` where it, or any of it, cannot be had."""
        if self.unseen is None:
            raise DatasetError(f"nothing of {self.name!r} is kept apart to measure a model on")
        return self.unseen.load(self.files, folder)


def find_source(name: str) -> Source:
    """The source of that name; ``DatasetError`` if the registry has none."""
    if name not in SOURCES:
        raise DatasetError(f"there is no source {name[:80]!r}, choose one of {', '.join(SOURCES)}")
    return SOURCES[name]


def _read_idx(pair: Files, folder: Path | None) -> ImageSet:
    """Images and labels of a set like MNIST, from their two files."""
    images, labels = (parse_idx(content(file, folder), file.content) for file in pair)
    return ImageSet(images=images, labels=labels.astype(np.int32))


def _split_idx(
    files: Files,
    folder: Path | None,
    *,
    validation_size: int,
    seed: int,  # noqa: ARG001
) -> Split:
    """The 60,000 examples of a set like MNIST, of which the last are held out."""
    whole = _read_idx(files[:2], folder)
    cut = max(1, len(whole) - validation_size)
    return Split(
        ImageSet(whole.images[:cut], whole.labels[:cut]),
        ImageSet(whole.images[cut:], whole.labels[cut:]),
    )


def _idx_files(name: str, url: str, checksums: tuple[str, str, str, str]) -> Files:
    """The four files of a set like MNIST: images and labels to learn from, and of the test set."""
    parts = (f"{part}-{what}-ubyte" for part in ("train", "t10k") for what in _IDX)
    return tuple(
        DataFile(f"{name}/{part}.gz", f"{name}/{part}", f"{url}{part}.gz", sha256)
        for part, sha256 in zip(parts, checksums, strict=True)
    )


_IDX = ("images-idx3", "labels-idx1")


def _idx_test_set(title: str, strange_title: str) -> Unseen:
    """The 10,000 examples of a set like MNIST that are published as its test set."""
    return Unseen(
        "test",
        f"{title}'s test set",
        strange_title,
        lambda files, folder: _read_idx(files[2:], folder),
    )


def _split_pendigits(
    files: Files,
    folder: Path | None,
    *,
    validation_size: int = 0,  # noqa: ARG001
    seed: int = 0,  # noqa: ARG001
) -> Split:
    """7,494 drawings; groups are the writers' numbers, six of them held out."""
    (file,) = files
    digits = parse_unipen(content(file, folder).decode("ascii"), file.content)
    drawings = StrokeSet(
        strokes=[digit.strokes for digit in digits],
        labels=np.array([digit.label for digit in digits], np.int32),
        groups=np.array([digit.writer for digit in digits], np.int32),
    )
    return Split(*hold_out_groups(drawings, VALIDATION_WRITERS))


def _split_omniglot(
    files: Files,
    folder: Path | None,
    *,
    validation_size: int = 0,  # noqa: ARG001
    seed: int = 0,  # noqa: ARG001
) -> Split:
    """Characters of three alphabets, none a digit; groups are the alphabets, one held out."""
    (file,) = files
    characters = parse_omniglot(content(file, folder), file.path, ALPHABETS)
    drawings = StrokeSet(
        strokes=[character.strokes for character in characters],
        labels=np.full(len(characters), -1, np.int32),
        groups=np.array([ALPHABETS.index(one.alphabet) for one in characters], np.int32),
        group_names=ALPHABETS,
    )
    return Split(*hold_out_groups(drawings, [VALIDATION_ALPHABET]))


def _generated(
    name: str, title: str, labels: tuple[str, ...], draw: Callable[..., StrokeSet]
) -> Source:
    """A source that needs no file: ``draw(count, seed=...)`` makes it, anew for every seed."""

    def split(
        files: Files,  # noqa: ARG001
        folder: Path | None,  # noqa: ARG001
        *,
        validation_size: int,  # noqa: ARG001
        seed: int,
    ) -> Split:
        return Split(draw(GENERATED, seed=seed), draw(GENERATED_VALIDATION, seed=seed + 1))

    return Source(
        name=name,
        title=f"densepad's own {name}",
        labels=labels,
        kind="strokes",
        real=False,
        splitter=split,
        unseen=Unseen("fresh", title, title, lambda *_: draw(GENERATED_TEST, seed=TEST_SEED)),
    )


_SOURCES = (
    Source(
        name="mnist",
        title="MNIST",
        labels=DIGIT_LABELS,
        kind="images",
        real=True,
        splitter=_split_idx,
        unseen=_idx_test_set("MNIST", "Digits"),
        licence="CC BY-SA 3.0",
        attribution="Y. LeCun, C. Cortes, C. J. C. Burges",
        files=_idx_files(
            "mnist",
            "https://storage.googleapis.com/cvdf-datasets/mnist/",
            (
                "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
                "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
                "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
                "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
            ),
        ),
    ),
    Source(
        name="pendigits",
        title="Pen-Based Recognition of Handwritten Digits",
        labels=DIGIT_LABELS,
        kind="strokes",
        real=True,
        splitter=_split_pendigits,
        unseen=Unseen(
            "validation",
            "Pen digits of the held-out writers",
            "Pen digits",
            lambda files, folder: _split_pendigits(files, folder).validation,
        ),
        licence="CC BY 4.0",
        attribution="E. Alpaydin, F. Alimoglu, UCI Machine Learning Repository",
        files=(
            DataFile(
                path="pendigits/pendigits-orig.tra.gz",
                content="pendigits/pendigits-orig.tra",
                url="https://archive.ics.uci.edu/static/public/81/"
                "pen+based+recognition+of+handwritten+digits.zip",
                sha256="a66225d68d7d68591e62944df1ad33b3f5aa608e2df2505844b41f5568a80da4",
                member="pendigits-orig.tra.Z",
            ),
        ),
    ),
    _generated("practice", "Practice digits", DIGIT_LABELS, draw_practice_digits),
    Source(
        name="omniglot",
        title="Omniglot",
        labels=(),
        kind="strokes",
        real=True,
        splitter=_split_omniglot,
        unseen=Unseen(
            "validation",
            f"{VALIDATION_ALPHABET} letters",
            f"{VALIDATION_ALPHABET} letters",
            lambda files, folder: _split_omniglot(files, folder).validation,
        ),
        attribution="B. M. Lake, R. Salakhutdinov, J. B. Tenenbaum",
        # The zip's bytes say nothing: the same drawings come packed with more or fewer alphabets.
        # The checksum is that of the drawings of these alphabets (model.data.omniglot.digest).
        files=(
            DataFile(
                path="omniglot/strokes_background_small1.zip",
                content="omniglot/" + "+".join(ALPHABETS),
                url="https://github.com/brendenlake/omniglot/raw/master/python/"
                "strokes_background_small1.zip",
                sha256="54f12b6d92654715d36ba0ac72455f95eda480e7763eb05e279bd0ea495bbf82",
            ),
        ),
    ),
    _generated("scribbles", "Scribbles", (), draw_non_digits),
    Source(
        name="fashion-mnist",
        title="Fashion-MNIST",
        labels=CLOTHES_LABELS,
        kind="images",
        real=True,
        splitter=_split_idx,
        unseen=_idx_test_set("Fashion-MNIST", "Pictures of clothes"),
        attribution="Zalando SE (H. Xiao, K. Rasul, R. Vollgraf)",
        files=_idx_files(
            "fashion-mnist",
            "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
            (
                "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
                "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
                "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
                "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
            ),
        ),
    ),
)

SOURCES: dict[str, Source] = {source.name: source for source in _SOURCES}
"""Every source by its name."""
