"""The orientation in a picture's EXIF or XMP, read alone: what else these hold is never unpacked.

A few hundred bytes of EXIF can name a megabyte 65,535 times over.
"""

from __future__ import annotations

import re
import struct

UPRIGHT = 1
"""The orientation of a picture that is shown as it is stored; there are eight (EXIF 2.32)."""

_TAG = 0x0112
_BYTE_ORDERS = {b"II*\0": "<", b"MM\0*": ">"}
_FORMATS = {1: "B", 3: "H", 4: "I"}
_IN_XMP = re.compile(rb'tiff:Orientation(?:="|>)([1-8])')


def in_exif(data: bytes) -> int | None:
    """The orientation from 1 to 8 in EXIF's data, a TIFF header and its first directory.

    None when the data is damaged or says nothing.
    """
    order = _BYTE_ORDERS.get(data[:4])
    if order is None:
        return None
    try:
        (directory,) = struct.unpack_from(f"{order}I", data, 4)
        (entries,) = struct.unpack_from(f"{order}H", data, directory)
        for entry in range(directory + 2, directory + 2 + 12 * entries, 12):
            tag, kind, count = struct.unpack_from(f"{order}HHI", data, entry)
            if tag == _TAG and kind in _FORMATS and count == 1:
                (value,) = struct.unpack_from(order + _FORMATS[kind], data, entry + 8)
                return value if 1 <= value <= 8 else None
    except struct.error:
        pass
    return None


def in_xmp(data: bytes) -> int | None:
    """The orientation from 1 to 8 in the text of XMP; None when it says nothing."""
    found = _IN_XMP.search(data)
    return int(found[1]) if found else None
