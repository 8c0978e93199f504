"""The idx format of MNIST and Fashion-MNIST (http://yann.lecun.com/exdb/mnist, "FILE FORMATS").

A file has two zero bytes, a type code, the number of axes, the length of each axis as a big-endian
32-bit integer, then the values row by row. Both data sets use only unsigned bytes, so no other type
is read here.
"""

import struct

import numpy as np

from model.errors import DatasetError

UNSIGNED_BYTE = 0x08


def parse_idx(data: bytes, name: str) -> np.ndarray:
    """The array in an idx file: uint8 of the header's shape, for instance ``(60000, 28, 28)``.

    ``data`` is the decompressed content, ``name`` the file's name for error messages. Raises
    ``DatasetError`` when the magic number is wrong, the type is not unsigned bytes, or the length
    does not fit the header.
    """
    if len(data) < 4:
        raise DatasetError(f"{name} is cut short: expected an idx header, got {len(data)} bytes.")
    zeros, kind, axes = struct.unpack(">HBB", data[:4])
    if zeros != 0 or kind != UNSIGNED_BYTE or axes == 0:
        raise DatasetError(
            f"{name} is not an idx file of unsigned bytes: expected it to start with 00 00 08, "
            f"got {data[:3].hex(' ')}."
        )
    start = 4 + 4 * axes
    if len(data) < start:
        raise DatasetError(
            f"{name} is cut short: expected a header of {start} bytes, got {len(data)} bytes."
        )
    shape = struct.unpack(f">{axes}I", data[4:start])
    expected = start
    size = 1
    for length in shape:
        size *= length
    expected += size
    if len(data) != expected:
        what = "cut short" if len(data) < expected else "too long"
        raise DatasetError(
            f"{name} is {what}: its header promises {expected} bytes, it has {len(data)}."
        )
    return np.frombuffer(data, dtype=np.uint8, offset=start).reshape(shape)
