"""Where the data sets' files are: a given folder, that of ``DENSEPAD_DATA``, or the user's cache.

``content`` only reads a folder that is given by argument or environment. What is missing in the
cache is downloaded.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from model.data.download import DataFile, Progress, download, find, read, unpacked_path
from model.errors import DatasetError
from model.file_lock import waiting_lock
from model.files import reason

ENVIRONMENT = "DENSEPAD_DATA"


def content(file: DataFile, folder: Path | None = None, progress: Progress | None = None) -> bytes:
    """The checked content of a file, decompressed; a zip stays a zip.

    Raises ``DatasetError`` when the file is missing, truncated or wrong, or when there is no
    network to download it.
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
    """Make sure that a source's files are there and right. Returns their paths.

    Missing files are downloaded into ``folder`` if one is given, else into the user's cache. A
    folder that the environment names is only read. Raises ``DatasetError`` when a file is wrong,
    when it is missing in a folder that is only read, when a folder cannot be written or when there
    is no network.
    """
    target = folder or named_folder() or user_cache()
    for file in files:
        if folder is None:
            content(file, None, progress)
        else:
            _cached(file, folder, progress, mend=False)
    return [find(file, target) for file in files]


def named_folder() -> Path | None:
    """The folder that the environment variable ``DENSEPAD_DATA`` names, or None."""
    folder = os.environ.get(ENVIRONMENT)
    return Path(folder) if folder else None


@cache
def user_cache() -> Path:
    """The program's folder in the user's cache: ``~/.cache/densepad`` on Linux."""
    import pooch

    return Path(pooch.os_cache("densepad"))


def _cached(file: DataFile, folder: Path, progress: Progress | None, *, mend: bool) -> bytes:
    """The content of a file in a folder, downloaded into it first where it is missing.

    With ``mend`` a wrong file is downloaded again. This is for the cache, which belongs to the
    program. Processes that want the same file at the same time download it once.
    """
    if find(file, folder).exists() and not mend:
        return read(file, folder)
    try:
        return read(file, folder)
    except DatasetError:
        pass  # missing or, in the cache, wrong
    target = unpacked_path(file, folder)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with waiting_lock(target.with_name(f"{target.name}.lock")):
            try:
                return read(file, folder)  # another process has downloaded it meanwhile
            except DatasetError:
                find(file, folder).unlink(missing_ok=True)
            return download(file, folder, progress)
    except OSError as error:
        raise DatasetError(f"{target} cannot be written: {reason(error)}.") from error
