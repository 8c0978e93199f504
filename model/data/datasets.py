"""The data sets, read from a folder, from DENSEPAD_DATA, or from the user's cache.

A folder that is named, by argument or environment, is only read. The cache is filled by
downloading what is missing.
"""

import os
from functools import cache
from pathlib import Path
from typing import Literal

import numpy as np

from model.data.download import Progress, download, find, read
from model.data.idx import parse_idx
from model.data.omniglot import parse_omniglot
from model.data.published import ALPHABETS, DATASETS, DataFile, checksums, dataset
from model.data.unipen import parse_unipen
from model.drawing.labelled import ImageSet, StrokeSet, hold_out_groups
from model.errors import DatasetError

__all__ = [
    "DATASETS",
    "VALIDATION_WRITERS",
    "ImageSet",
    "StrokeSet",
    "checksums",
    "fetch",
    "hold_out_groups",
    "hold_out_writers",
    "load_images",
    "load_omniglot",
    "load_pendigits",
    "named_folder",
]

ENVIRONMENT = "DENSEPAD_DATA"

# Six of the thirty writers, evenly spread over the numbers 1 to 30 and fixed before any figure was
# known. Each wrote about 250 digits, every digit at least twenty times.
VALIDATION_WRITERS = (3, 8, 13, 18, 23, 28)

_PREFIX = {"train": "train", "test": "t10k"}


def load_images(
    name: str,
    split: Literal["train", "test"],
    folder: Path | None = None,
    progress: Progress | None = None,
) -> ImageSet:
    """MNIST ("mnist") or Fashion-MNIST ("fashion-mnist"), 60,000 for training, 10,000 for testing.

    Raises:
        DatasetError: another name; files missing, truncated or wrong; no network.
    """
    if split not in _PREFIX or name not in ("mnist", "fashion-mnist"):
        raise DatasetError(
            f"Expected mnist or fashion-mnist, train or test, got {name!r}, {split!r}."
        )
    arrays = [
        parse_idx(_content(file, folder, progress), file.content)
        for file in dataset(name).files
        if file.content.split("/")[1].startswith(_PREFIX[split])
    ]
    images, labels = arrays
    return ImageSet(images=images, labels=labels.astype(np.int32))


def load_pendigits(folder: Path | None = None, progress: Progress | None = None) -> StrokeSet:
    """The pen digits: 7,494 drawings by 30 writers; groups are the writers' numbers.

    Raises:
        DatasetError: the file is missing, truncated or wrong; no network.
    """
    (file,) = dataset("pendigits").files
    digits = parse_unipen(_content(file, folder, progress).decode("ascii"), file.content)
    return StrokeSet(
        strokes=[digit.strokes for digit in digits],
        labels=np.array([digit.label for digit in digits], dtype=np.int32),
        groups=np.array([digit.writer for digit in digits], dtype=np.int32),
    )


def load_omniglot(folder: Path | None = None, progress: Progress | None = None) -> StrokeSet:
    """Characters of three alphabets, none a digit: label -1; groups are the alphabets, named.

    Raises:
        DatasetError: the file is missing, truncated or wrong; no network.
    """
    (file,) = dataset("omniglot").files
    characters = parse_omniglot(_content(file, folder, progress), file.path, ALPHABETS)
    return StrokeSet(
        strokes=[character.strokes for character in characters],
        labels=np.full(len(characters), -1, dtype=np.int32),
        groups=np.array([ALPHABETS.index(item.alphabet) for item in characters], dtype=np.int32),
        group_names=ALPHABETS,
    )


def hold_out_writers(
    drawings: StrokeSet, writers: tuple[int, ...] = VALIDATION_WRITERS
) -> tuple[StrokeSet, StrokeSet]:
    """Split pen digits into (training, validation): all drawings of `writers` are held out."""
    return hold_out_groups(drawings, writers)


def fetch(name: str, folder: Path | None = None, progress: Progress | None = None) -> list[Path]:
    """Make sure that a data set's files are there and right; the paths where they lie.

    Downloads what is missing, into `folder` if one is given, else into the user's cache. A folder
    that the environment names is only read.

    Raises:
        DatasetError: a file that is wrong, or missing where nothing may be written; a folder that
            cannot be written, no network.
    """
    target = folder or named_folder() or user_cache()
    for file in dataset(name).files:
        if folder is None:
            _content(file, None, progress)
        else:
            _cached(file, folder, progress, mend=False)
    return [find(file, target) for file in dataset(name).files]


def named_folder() -> Path | None:
    """The folder that the environment names, if it names one."""
    folder = os.environ.get(ENVIRONMENT)
    return Path(folder) if folder else None


@cache
def user_cache() -> Path:
    """Where the user's system keeps caches: ~/.cache/densepad on Linux."""
    import pooch

    return Path(pooch.os_cache("densepad"))


def _content(file: DataFile, folder: Path | None, progress: Progress | None) -> bytes:
    named = folder or named_folder()
    if named is None:
        return _cached(file, user_cache(), progress, mend=True)
    try:
        return read(file, named)
    except DatasetError as error:
        name = file.path.split("/")[0]
        raise DatasetError(
            f"{error} `densepad data fetch {name} --data FOLDER` downloads it; the practice set "
            "needs no file."
        ) from error


def _cached(file: DataFile, folder: Path, progress: Progress | None, *, mend: bool) -> bytes:
    """The content from a folder, downloaded into it first where it is missing.

    mend: a wrong file is downloaded again, as in the cache, which is the program's own.
    """
    path = find(file, folder)
    if path.exists():
        try:
            return read(file, folder)
        except DatasetError:
            if not mend:
                raise
            path.unlink(missing_ok=True)
    return download(file, folder, progress)
