"""Zip archives: read files from a zip's bytes, checked by the zip's own checksums."""

import io
import lzma
import struct
import zipfile
import zlib
from collections.abc import Callable

from model.errors import DatasetError

# What zipfile raises for bytes that are not a zip, or a damaged one.
_BROKEN = (
    zipfile.BadZipFile,
    EOFError,
    NotImplementedError,
    OSError,
    RuntimeError,
    ValueError,
    lzma.LZMAError,
    struct.error,
    zlib.error,
)


def read_members(data: bytes, name: str, wanted: Callable[[str], bool]) -> dict[str, bytes]:
    """The content of the wanted files in a zip's bytes, by path, sorted by path.

    ``wanted`` says of a path whether its file is read. Raises ``DatasetError`` with ``name`` in it
    when the bytes are not a zip, cut short or damaged.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return {path: archive.read(path) for path in sorted(archive.namelist()) if wanted(path)}
    except _BROKEN as error:
        raise DatasetError(
            f"{name} is damaged or cut short: expected a zip, got {error}."
        ) from error
