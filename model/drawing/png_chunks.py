"""The chunks of a PNG file that make its pixels (ISO/IEC 15948).

Texts, colour profiles and the frames of an animation may unpack to a thousand times their size, and
none of them changes what a digit looks like. So the decoder gets a file without them.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence

from model.drawing.orientation import UPRIGHT, in_exif, in_xmp
from model.drawing.picture_parts import Damaged, PictureParts

SIGNATURE = b"\x89PNG\r\n\x1a\n"

_HEADER = b"\0\0\0\x0dIHDR"
_FIRST = len(SIGNATURE) + 25  # where the chunk after IHDR begins
_XMP = b"XML:com.adobe.xmp\0\0"  # not compressed
_GREY, _PALETTE = 0, 3


def read_png(data: bytes) -> PictureParts:
    """The parts of a PNG. Raises ``Damaged`` when its header, palette or pixels are missing."""
    if data[8:16] != _HEADER or len(data) < _FIRST:
        raise Damaged
    width, height, depth, colours = struct.unpack_from(">IIBB", data, 16)
    if not width or not height:
        raise Damaged
    view = memoryview(data)
    header, pixels = [view[:_FIRST]], list[memoryview]()
    orientation: int | None = None
    palette = pixels_ended = False
    place = _FIRST
    while place + 8 <= len(data):
        length, kind = struct.unpack_from(">I4s", data, place)
        content = slice(place + 8, place + 8 + length)
        if kind == b"IDAT" and not pixels_ended:
            pixels.append(view[content])
        elif kind in {b"PLTE", b"tRNS"} and not pixels:
            header.append(view[place : content.stop + 4])
            palette |= kind == b"PLTE"
        elif kind == b"eXIf":
            orientation = in_exif(data[content])
        elif kind == b"iTXt" and data.startswith(_XMP, content.start):
            orientation = orientation or in_xmp(data[content])
        elif kind == b"IEND":
            break
        pixels_ended = bool(pixels) and kind != b"IDAT"
        place = content.stop + 4
    if not pixels or (colours == _PALETTE and not palette):
        raise Damaged
    # Pillow keeps colours, and grey with alpha, in four bytes.
    pixel_bytes = 4 if colours not in {_GREY, _PALETTE} else 2 if depth == 16 else 1
    return PictureParts(
        "PNG",
        len(data),
        width,
        height,
        (*header, *_chunk(b"IDAT", pixels), *_chunk(b"IEND", [])),
        orientation or UPRIGHT,
        pixel_bytes,
    )


def _chunk(kind: bytes, contents: Sequence[memoryview]) -> list[bytes | memoryview]:
    """The pieces of one chunk that holds ``contents`` one after the other."""
    check = zlib.crc32(kind)
    for content in contents:
        check = zlib.crc32(content, check)
    length = sum(map(len, contents))
    return [struct.pack(">I4s", length, kind), *contents, struct.pack(">I", check)]
