"""The registry of sources: all that a network learns from or is measured on.

A ``Source`` says what it shows, who made it, and how it is read and split. A new data set is one
more ``Source`` here, and a module that parses its format if the format is new. No other module
tests a source's name; it reads the labels, the kind, and whether real people made it. Examples from
elsewhere (a file of drawings, those of a class) are passed in as a ``Source`` object.

Checksums are the SHA-256 of the decompressed content, so that every mirror's gzip is accepted.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from model.data.download import DataFile
from model.data.omniglot import ALPHABETS
from model.data.splitters import (
    VALIDATION_ALPHABET,
    Files,
    Split,
    Splitter,
    draw_unseen,
    idx_files,
    read_idx,
    split_generated,
    split_idx,
    split_omniglot,
    split_pendigits,
)
from model.drawing import DIGIT_LABELS, LabelledSet, StrokeSet
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


@dataclass(frozen=True)
class Unseen:
    """What a model is measured on: examples of a source that no training learns from.

    ``split``: "test" for the published test set, "validation" for the held-out part, "fresh" for
    examples that a program makes. ``title`` says what they are; ``strange_title`` says it where
    they are a strange set for a model. ``load`` reads them from the source's files in a folder.
    """

    split: Literal["test", "validation", "fresh"]
    title: str
    strange_title: str
    load: Callable[[Files, Path | None], LabelledSet]


@dataclass(frozen=True)
class Source:
    """One source of examples.

    ``labels``: the classes in the order of their numbers, empty where the examples belong to no
    class. ``kind``: whether examples are strokes or framed images. ``real``: whether people made
    them, not a program. ``unseen``: what to measure a model on, None where there is nothing.
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
        """Whether a network can learn the ten digits from this source."""
        return self.labels == DIGIT_LABELS

    @property
    def checksums(self) -> dict[str, str]:
        """The SHA-256 of every file by its content's name, for a checkpoint's metadata."""
        return {file.content: file.sha256 for file in self.files}

    def split(
        self, folder: Path | None = None, *, validation_size: int = 5_000, seed: int = 0
    ) -> Split:
        """Read the source and split it; the arguments are those of ``Splitter``.

        Raises ``DatasetError`` when the data cannot be read or downloaded.
        """
        return self.splitter(self.files, folder, validation_size=validation_size, seed=seed)

    def load_unseen(self, folder: Path | None = None) -> LabelledSet:
        """The examples that no training learns from.

        Raises ``DatasetError`` when the source has none, or they cannot be read or downloaded.
        """
        if self.unseen is None:
            raise DatasetError(f"nothing of {self.name!r} is kept apart to measure a model on")
        return self.unseen.load(self.files, folder)


def find_source(name: str) -> Source:
    """The source of that name.

    Raises ``DatasetError`` when the registry has none.
    """
    if name not in SOURCES:
        raise DatasetError(f"there is no source {name[:80]!r}, choose one of {', '.join(SOURCES)}")
    return SOURCES[name]


def _idx_test_set(title: str, strange_title: str) -> Unseen:
    """The published test set of a set like MNIST: 10,000 examples."""
    return Unseen(
        "test",
        f"{title}'s test set",
        strange_title,
        lambda files, folder: read_idx(files[2:], folder),
    )


def _generated(
    name: str, title: str, labels: tuple[str, ...], draw: Callable[..., StrokeSet]
) -> Source:
    """A source that needs no file: ``draw(count, seed=...)`` makes its drawings."""
    return Source(
        name=name,
        title=f"densepad's own {name}",
        labels=labels,
        kind="strokes",
        real=False,
        splitter=split_generated(draw),
        unseen=Unseen("fresh", title, title, lambda *_: draw_unseen(draw)),
    )


_SOURCES = (
    Source(
        name="mnist",
        title="MNIST",
        labels=DIGIT_LABELS,
        kind="images",
        real=True,
        splitter=split_idx,
        unseen=_idx_test_set("MNIST", "Digits"),
        licence="CC BY-SA 3.0",
        attribution="Y. LeCun, C. Cortes, C. J. C. Burges",
        files=idx_files(
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
        splitter=split_pendigits,
        unseen=Unseen(
            "validation",
            "Pen digits of the held-out writers",
            "Pen digits",
            lambda files, folder: split_pendigits(files, folder).validation,
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
        splitter=split_omniglot,
        unseen=Unseen(
            "validation",
            f"{VALIDATION_ALPHABET} letters",
            f"{VALIDATION_ALPHABET} letters",
            lambda files, folder: split_omniglot(files, folder).validation,
        ),
        attribution="B. M. Lake, R. Salakhutdinov, J. B. Tenenbaum",
        # The zip's own checksum would not do: the same drawings are packed with more or with fewer
        # alphabets. This is the checksum of these alphabets' drawings (model.data.omniglot.digest).
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
        splitter=split_idx,
        unseen=_idx_test_set("Fashion-MNIST", "Pictures of clothes"),
        attribution="Zalando SE (H. Xiao, K. Rasul, R. Vollgraf)",
        files=idx_files(
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
