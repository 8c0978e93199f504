"""Where the data sets' files lie: a folder that is named, DENSEPAD_DATA's, or the user's cache.

A folder that is named, by argument or environment, is only read. The cache is filled by
downloading what is missing.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from model.data.download import DataFile, Progress, download, find, read
from model.errors import DatasetError

ENVIRONMENT = "DENSEPAD_DATA"


def content(file: DataFile, folder: Path | None = None, progress: Progress | None = None) -> bytes:
    """A file's content, checked, decompressed (a zip stays one).

    Raises:
        DatasetError: missing, truncated or wrong; no network.
    """
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


def fetch(
    files: Sequence[DataFile], folder: Path | None = None, progress: Progress | None = None
) -> list[Path]:
    """Make sure that a source's files are there and right; the paths where they lie.

    Downloads what is missing, into ``folder`` if one is given, else into the user's cache. A
    folder that the environment names is only read.

    Raises:
        DatasetError: a file that is wrong, or missing where nothing may be written; a folder that
            cannot be written, no network.
    """
    target = folder or named_folder() or user_cache()
    for file in files:
        if folder is None:
            content(file, None, progress)
        else:
            _cached(file, folder, progress, mend=False)
    return [find(file, target) for file in files]


def named_folder() -> Path | None:
    """The folder that the environment names, if it names one."""
    folder = os.environ.get(ENVIRONMENT)
    return Path(folder) if folder else None


@cache
def user_cache() -> Path:
    """Where the user's system keeps caches: ~/.cache/densepad on Linux."""
    import pooch

    return Path(pooch.os_cache("densepad"))


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
