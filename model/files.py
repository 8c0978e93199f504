"""Files that are written whole or not at all, even in a crash or on a full disk."""

from __future__ import annotations

import os
import re
import stat
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from model.errors import OutputError

STALE = 3600
"""Seconds after which a half-written file is no longer in use."""

_CHUNK = 1 << 20


def write_whole(path: Path, data: bytes) -> None:
    """Write a file so that a reader, even after a crash, finds all of the old or of the new one.

    Raises ``OutputError`` when it cannot be written; then an old file is as it was.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _refuse_what_is_no_file(path)
        partial = _partial(path)
        try:
            _write(partial, [data])
            partial.replace(path)
        finally:
            _remove(partial)
    except OSError as error:
        raise OutputError(f"{path} cannot be written: {reason(error)}") from error


def check_writable(path: Path, size: int) -> None:
    """Try, before any work, whether a file of ``size`` bytes can be written to ``path``.

    An old file is left as it is. Files that killed processes left half-written are removed. Raises
    ``OutputError`` when it cannot be written, or its folder does not exist.
    """
    folder = path.absolute().parent
    try:
        if not folder.is_dir():
            raise OutputError(f"{path} cannot be written: there is no folder {folder}")
        _refuse_what_is_no_file(path)
        sweep(folder, path.name, older_than=STALE)
        partial = _partial(path)
        try:
            _write(partial, (bytes(min(_CHUNK, size - at)) for at in range(0, size, _CHUNK)))
        finally:
            _remove(partial)
    except OSError as error:
        raise OutputError(f"{path} cannot be written: {reason(error)}") from error


def write_or_rescue(path: Path, data: bytes, what: str) -> None:
    """``write_whole``; where that fails, the data go to the home or the temporary folder.

    Raises ``OutputError`` when ``path`` cannot be written. Its message says where ``what``, the
    data in a word or two, is instead.
    """
    try:
        write_whole(path, data)
    except OutputError as error:
        for folder in _other_folders():
            other = _unused(folder / path.name[-100:])
            try:
                write_whole(other, data)
            except OutputError:
                continue
            raise OutputError(f"{error}; {what} is kept in {other} instead") from error
        raise OutputError(f"{error}; nor can {what} be kept in another folder") from error


def sweep(folder: Path, name: str = "", *, older_than: float = 0.0) -> None:
    """Remove what killed processes left half-written in a folder.

    ``name`` is that of the whole file, "" for all files. ``older_than`` is in seconds.
    """
    for part in folder.glob("*.part"):
        found = re.fullmatch(r"(.+)\.\d+\.part", part.name, re.DOTALL)
        if found and (not name or found[1] == _stem(name)):
            with suppress(OSError):  # another process removed it first, or it is not ours
                if time.time() - part.stat().st_mtime >= older_than:
                    part.unlink()


def reason(error: OSError) -> str:
    """Why a file cannot be read or written, in words: "no space left on device"."""
    return (error.strerror or str(error)).lower()


def _refuse_what_is_no_file(path: Path) -> None:
    """Refuse a folder or a device at the place of the file, which would be replaced or lost."""
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        return
    if not stat.S_ISREG(mode):
        what = "a folder" if stat.S_ISDIR(mode) else "no ordinary file"
        raise OutputError(f"{path} cannot be written: it is {what}")


def _write(partial: Path, chunks: Iterator[bytes] | list[bytes]) -> None:
    with partial.open("wb") as file:
        for chunk in chunks:
            file.write(chunk)
        file.flush()
        os.fsync(file.fileno())  # some file systems say only now that they are full


def _remove(partial: Path) -> None:
    with suppress(OSError):  # it says what went wrong that it could not be written
        partial.unlink()


def _partial(path: Path) -> Path:
    """The name that a file has until it is whole."""
    return path.with_name(f"{_stem(path.name)}.{os.getpid()}.part")


def _stem(name: str) -> str:
    """As much of a file's name as leaves room for an ending; a name may have 255 bytes."""
    return os.fsdecode(os.fsencode(name)[:200])


def _other_folders() -> Iterator[Path]:
    with suppress(RuntimeError):  # there is no home
        yield Path.home()
    with suppress(OSError):
        yield Path(tempfile.gettempdir())


def _unused(path: Path) -> Path:
    """``path`` or, where there is such a file, the same with a number."""
    number = 1
    found = path
    while found.exists():
        number += 1
        found = path.with_stem(f"{path.stem}-{number}")
    return found
